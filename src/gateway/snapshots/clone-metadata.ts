/** Metadata of clones, of the server's own: which snapshot they come from. */
export const ORIGIN = '_snapshot';
/** While a clone is not healed: its source's favorite-child-policy, to be put back. */
export const HEALING = '_healing';
