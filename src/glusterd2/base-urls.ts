import { isIPv4 } from 'node:net';
import { invalid } from '../control/fault.ts';

/**
 * Checks the base URLs of a cluster's gateways and resolves to their origins. A token covers neither body nor
 * query, so plain http is refused beyond loopback unless `insecure` allows it. Throws `invalid`.
 */
export function parseBaseUrls(urls: readonly string[], insecure: boolean): readonly string[] {
  if (urls.length === 0) throw invalid('gateways', 'none is named; give at least one URL');
  return urls.map((url) => parseBaseUrl(url, insecure));
}

function parseBaseUrl(text: string, insecure: boolean): string {
  if (!URL.canParse(text)) throw invalid('gateways', 'holds something that is no URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw invalid('gateways', `${url.host}: a URL must not hold a user or password; use the key file`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw invalid('gateways', `${url.host}: give scheme, host and port only; tokens are bound to the path`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalid('gateways', `${url.host}: must be https:// (or http:// on loopback)`);
  }
  if (url.protocol === 'http:' && !insecure && !isLoopback(url.hostname)) {
    throw invalid('gateways', `${url.host}: plain http beyond loopback; use https:// or set insecure: true`);
  }
  return url.origin;
}

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}
