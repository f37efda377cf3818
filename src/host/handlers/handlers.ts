import type { CallName, Input, Output } from '../../contract/calls.ts';

/** What answers a call; the input has been checked against the contract. */
export type Handler<Name extends CallName> = (input: Input<Name>) => Promise<Output<Name>> | Output<Name>;

export type Handlers<Names extends CallName = CallName> = { readonly [Name in Names]: Handler<Name> };
