/**
 * How proto messages become JavaScript values: 64-bit numbers and enums as text, unset fields with their
 * defaults, a virtual property naming the set member of each oneof. The generated types hold for these
 * options and no others; `scripts/generate.ts` passes the same ones to the type generator.
 */
export const LOADER_OPTIONS = {
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
} as const;

/** LOADER_OPTIONS as arguments of proto-loader-gen-types. */
export const GENERATOR_ARGUMENTS = ['--longs=String', '--enums=String', '--defaults', '--oneofs'] as const;
