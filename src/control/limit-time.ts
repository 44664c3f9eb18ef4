/**
 * A signal that fires with the outer one, or with a TimeoutError after `timeoutMs`. Dispose of it when the work is
 * over: AbortSignal.any with AbortSignal.timeout would keep each piece of work in memory until its time is up.
 */
export function limitTime(
  outer: AbortSignal | undefined,
  timeoutMs: number,
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const follow = () => controller.abort(outer?.reason);
  const timer = setTimeout(() => controller.abort(new DOMException('timed out', 'TimeoutError')), timeoutMs);
  if (outer?.aborted === true) follow();
  outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', follow);
    },
  };
}
