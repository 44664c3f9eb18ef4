import about from '../package.json' with { type: 'json' };

/** The version of this program, from package.json (the bundler writes it in). */
export const VERSION: string = about.version;
