/** The Kubernetes API answered, and not with success. */
export class Refusal extends Error {
  readonly status: number;
  /** What it asked to wait for, if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(what: string, status: number, retryAfterMs?: number) {
    super(`the Kubernetes API answered ${status} to ${what}`);
    this.name = 'Refusal';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  /** Another try may do: too many requests, a fault of the server, a token that kubelet is about to replace. */
  get isPassing(): boolean {
    return this.status === 401 || this.status === 429 || this.status >= 500;
  }
}
