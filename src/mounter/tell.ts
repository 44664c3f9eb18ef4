import { isFault } from '../control/fault.ts';
import type { Events } from '../kubernetes/events.ts';
import { log } from '../telemetry/log.ts';
import { countReplacement, setClients } from '../telemetry/metrics.ts';
import type { Report } from './report.ts';

/** Volumes that one event names. */
const MOST_NAMED = 10;

/** Tells of the mounter's work in metrics, events and the log. */
export function createReport(events: Pick<Events, 'podEvent' | 'nodeEvent'>): Report {
  /** Why an old client stays, by its id, as the log says it already. */
  const kept = new Map<string, string>();
  return {
    counted(counts) {
      setClients(counts);
      if (counts.old === 0) kept.clear();
    },
    replaced({ pods, ...event }) {
      const { volume, reason } = event;
      countReplacement(reason, 'ok');
      log.warn({ ...event, pods: pods.length }, 'a glusterfs client was replaced');
      // A live swap is seen by nobody.
      if (reason === 'old') return;
      for (const uid of pods) {
        events.podEvent({
          pod: { uid },
          type: 'Warning',
          reason: 'GlusterClientReplaced',
          message: `the glusterfs client of volume ${volume} had died and was replaced; files that were open have to be opened again`,
        });
      }
    },
    failed({ volume, reason, error }) {
      countReplacement(reason, 'failed');
      const text = 'a glusterfs client cannot be replaced; trying again';
      if (isFault(error)) log.warn({ volume, reason, fault: error.kind, why: error.message }, text);
      else log.error({ volume, reason, err: error }, text);
      if (reason === 'old')
        tellKept(events, volume, isFault(error) ? error.message : 'see the mounter’s log');
    },
    notRepaired({ volume, pod, why }) {
      log.warn({ volume, pod, why }, 'a mount of a replaced glusterfs client is left');
      if (pod === undefined) return;
      const message = `a mount of volume ${volume} still is that of a client that was replaced: ${why}`;
      events.podEvent({ pod: { uid: pod }, type: 'Warning', reason: 'GlusterMountNotRepaired', message });
    },
    outdated({ volumes, clientId, newest }) {
      const few = volumes.slice(0, MOST_NAMED).join(', ');
      const more = volumes.length > MOST_NAMED ? ` and ${volumes.length - MOST_NAMED} more` : '';
      const text = `volumes ${few}${more} are served by glusterfs clients of ${clientId}, and the release is ${newest}`;
      tellOld(
        events,
        `${text}; delete the mounter’s pod on this node, and the next one replaces them under the pods`,
      );
    },
    keptOld({ id, volume, clientId, why }) {
      if (kept.get(id) !== why) {
        kept.set(id, why);
        log.warn({ client: id, volume, of: clientId, why }, 'an old glusterfs client stays for now');
      }
      tellKept(events, volume, why);
    },
  };
}

function tellKept(events: Pick<Events, 'nodeEvent'>, volume: string, why: string): void {
  tellOld(
    events,
    `volume ${volume} is served by an old glusterfs client, which cannot be replaced yet: ${why}`,
  );
}

function tellOld(events: Pick<Events, 'nodeEvent'>, message: string): void {
  events.nodeEvent({ type: 'Warning', reason: 'GlusterClientsOld', message });
}
