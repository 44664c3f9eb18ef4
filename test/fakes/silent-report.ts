import type { Report } from '../../src/mounter/report.ts';

export const silentReport: Report = {
  counted() {},
  replaced() {},
  failed() {},
  notRepaired() {},
  keptOld() {},
  outdated() {},
};
