/** Metadata of clones, of the server's own: which snapshot they come from. */
export const ORIGIN = '_snapshot';
/** While a clone is not healed: the options to put back then, as JSON. */
export const HEALING = '_healing';
/** While a clone is not healed: every brick is a copy of one moment, none began empty. */
export const COMPLETE = '_complete';
