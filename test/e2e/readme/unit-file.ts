/** What a unit file says (systemd.syntax(7)): for each `Section.Key` its values in order. */
export type UnitFile = ReadonlyMap<string, readonly string[]>;

/** Throws for a line that is no section, setting or comment. */
export function parseUnitFile(text: string): UnitFile {
  const values = new Map<string, readonly string[]>();
  let section = '';
  for (const line of text.split('\n').map((one) => one.trim())) {
    const [, name] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, key, value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) section = name;
    else if (key !== undefined) append(values, `${section}.${key}`, value);
    else if (line !== '' && !line.startsWith('#')) throw new Error(`no unit file has a line ${line}`);
  }
  return values;
}

function append(values: Map<string, readonly string[]>, key: string, value: string): void {
  values.set(key, [...(values.get(key) ?? []), value]);
}

/** The one value of a setting. Throws when there is none, or several. */
export function setting(unit: UnitFile, key: string): string {
  const [value, another] = unit.get(key) ?? [];
  if (value === undefined || another !== undefined) throw new Error(`the unit has not one ${key}`);
  return value;
}
