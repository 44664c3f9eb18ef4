import { invalid } from '../../control/fault.ts';
import { type RunningServer, serve } from '../../grpc/server.ts';
import { parseEndpoint } from '../../grpc/unix-listener.ts';
import { log } from '../../telemetry/log.ts';
import { registrationService } from './registration-service.ts';

export interface RegistrationOptions {
  /** kubelet's plugins_registry. */
  readonly directory: string;
  readonly driverName: string;
  /** Of the CSI socket, which has to be served by now. */
  readonly endpoint: string;
  /** Milliseconds until the socket is made anew after the first refusal; doubled after each further one. */
  readonly pauseMs?: number;
  /** Milliseconds of nothing but refusals until that is ill health. */
  readonly patienceMs?: number;
}

/** The CSI specification's form of a driver's name; it becomes a file's name here. */
const DRIVER_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/;
const PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 120_000;
/** While the API server is away kubelet refuses too. */
const PATIENCE_MS = 180_000;
/** kubelet holds its connection for the time of a registration. */
const STOP_MS = 1_000;
const LONGEST_REASON = 500;

interface Refusal {
  readonly since: number;
  readonly count: number;
  readonly reason: string;
}

/**
 * Registers the driver with kubelet, as node-driver-registrar would: kubelet calls whatever listens in its
 * directory, when a socket comes up there and when it itself starts. The socket is made anew when somebody
 * removes it, with its directory even, and after a refusal, since kubelet looks at new ones.
 */
export class Registration implements AsyncDisposable {
  readonly #options: RegistrationOptions;
  #server: RunningServer | undefined;
  #isRegistered = false;
  #refusal: Refusal | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What is under way with the socket. */
  #work: Promise<void> = Promise.resolve();
  #isStopped = false;

  private constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** Throws `invalid` or `conflict` when the socket cannot be made. Whether kubelet calls is not waited for. */
  static async start(options: RegistrationOptions): Promise<Registration> {
    if (!DRIVER_NAME.test(options.driverName)) {
      throw invalid(
        '--driver-name',
        'is 1 to 63 of letters, digits, "." and "-", such as file.csi.gluster.org',
      );
    }
    const registration = new Registration(options);
    await registration.#announce();
    return registration;
  }

  /** True while kubelet's last word was that the driver is registered. */
  get isRegistered(): boolean {
    return this.#isRegistered;
  }

  /** Undefined unless kubelet keeps refusing: then why. */
  async isHealthy(): Promise<string | undefined> {
    const { since, reason } = this.#refusal ?? {};
    const { patienceMs = PATIENCE_MS } = this.#options;
    if (since === undefined || performance.now() - since < patienceMs) return undefined;
    return `kubelet does not register the driver: ${reason}`;
  }

  /** Removes the socket, on which kubelet takes the driver off its list. To be called before CSI's own ends. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#work;
    await this.#server?.stop(STOP_MS);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #announce(): Promise<void> {
    const { directory, driverName, endpoint } = this.#options;
    const announcement = { driverName, socketPath: parseEndpoint(endpoint) };
    this.#server = await serve({
      endpoint: `unix://${directory.replace(/\/+$/, '')}/${driverName}-reg.sock`,
      services: [registrationService(announcement, (status) => this.#note(status))],
    });
  }

  #note({ pluginRegistered, error }: { readonly pluginRegistered: boolean; readonly error: string }): void {
    this.#isRegistered = pluginRegistered;
    if (pluginRegistered) {
      log.info({ driver: this.#options.driverName }, 'kubelet has registered the driver');
      this.#refusal = undefined;
      clearTimeout(this.#timer);
      return;
    }
    const { since = performance.now(), count = 0 } = this.#refusal ?? {};
    this.#refusal = { since, count: count + 1, reason: error.slice(0, LONGEST_REASON) };
    log.error({ driver: this.#options.driverName, reason: error }, 'kubelet does not register the driver');
    this.#announceLater(count);
  }

  #announceLater(refusals: number): void {
    if (this.#isStopped) return;
    const { pauseMs = PAUSE_MS } = this.#options;
    clearTimeout(this.#timer);
    const ms = Math.min(pauseMs * 2 ** refusals, LONGEST_PAUSE_MS);
    this.#timer = setTimeout(() => {
      this.#work = this.#announceAnew();
    }, ms).unref();
  }

  async #announceAnew(): Promise<void> {
    try {
      await this.#server?.stop(STOP_MS);
      this.#server = undefined;
      if (!this.#isStopped) await this.#announce();
    } catch (error) {
      log.error({ err: error }, 'the registration socket cannot be made anew; trying again');
      this.#announceLater(this.#refusal?.count ?? 0);
    }
  }
}
