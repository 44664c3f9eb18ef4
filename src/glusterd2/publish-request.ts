import { invalid } from '../control/fault.ts';
import type {
  BlockChap,
  BlockChapLogin,
  BlockPlace,
  BlockPublishing,
} from '../volumes/block/block-backend.ts';
import type { BlockPublishRequest } from './block-wire.ts';
import type { IscsiPublishRequest } from './iscsi-wire.ts';

/** The body of `POST /v1/blockvolumes/{provider}/{name}/publish`. */
export function toPublishRequest(
  { provider }: Pick<BlockPlace, 'provider'>,
  publishing: BlockPublishing,
): BlockPublishRequest | IscsiPublishRequest {
  const { name: node, addresses, initiator, isReadonly: readonly, isShared, chap } = publishing;
  if (provider === 'virtblock') return { node, addresses: [...addresses], readonly };
  if (initiator === undefined) throw invalid('initiator', `is missing of node ${node}`);
  return {
    node,
    initiator,
    readonly,
    ...(isShared === true ? { shared: true } : {}),
    ...(chap === undefined ? {} : { chap: toChap(chap) }),
  };
}

function toChap({ mutual, ...own }: BlockChap): NonNullable<IscsiPublishRequest['chap']> {
  return { ...toLogin(own), ...(mutual === undefined ? {} : { mutual: toLogin(mutual) }) };
}

function toLogin({ username, password }: BlockChapLogin) {
  return { username, password: password.reveal() };
}
