import { type CallAnswer, CallRefusal, type Payload } from './call-channel.ts';
import { coreCalls } from './csms-calls-core.ts';
import { securityCalls } from './csms-calls-security.ts';
import { smartCalls } from './csms-calls-smart.ts';
import type { Pile } from './pile.ts';

export type CsmsCallHandler = (pile: Pile, payload: Payload) => CallAnswer;

const handlers = new Map<string, CsmsCallHandler>(
  Object.entries({ ...coreCalls, ...smartCalls, ...securityCalls }),
);

/** Answers a call of the central system; throws CallRefusal for what this pile does not know or cannot read. */
export function answerCsmsCall(pile: Pile, action: string, payload: Payload): CallAnswer {
  const handler = handlers.get(action);
  if (!handler) throw new CallRefusal('NotImplemented', `${action} is not known`);
  return handler(pile, payload);
}
