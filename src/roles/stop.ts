/** Ends a role: it takes no more work, and finishes or undoes what is under way. */
export type Stop = () => Promise<void>;
