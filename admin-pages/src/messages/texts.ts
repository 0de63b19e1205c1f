import { type Language, language } from '../preferences/preferences.ts';
import { useStored } from '../preferences/stored-value.ts';
import { en } from './en.ts';
import { enCodes } from './en-codes.ts';
import { enDevices } from './en-devices.ts';
import { zh } from './zh.ts';
import { zhCodes } from './zh-codes.ts';
import { zhDevices } from './zh-devices.ts';

export type MessageKey = keyof typeof zh | keyof typeof zhDevices;
type CodeKey = keyof typeof zhCodes;
/** What kind of code it is: `orderState`, `endReason`, … */
export type CodeGroup = CodeKey extends infer Key
  ? Key extends `${infer Group}.${string}`
    ? Group
    : never
  : never;

const MESSAGES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = {
  zh: { ...zh, ...zhDevices },
  en: { ...en, ...enDevices },
};
const CODES: Readonly<Record<Language, ReadonlyMap<string, string>>> = {
  zh: new Map(Object.entries(zhCodes)),
  en: new Map(Object.entries(enCodes)),
};

export interface Texts {
  readonly language: Language;
  /** A text with its `{places}` filled. */
  say(key: MessageKey, places?: Readonly<Record<string, string | number>>): string;
  /** What a code of the API is called; the code itself if it has no name here, a dash for none. */
  code(group: CodeGroup, code: string | null | undefined): string;
}

function textsIn(chosen: Language): Texts {
  return {
    language: chosen,
    say: (key, places = {}) =>
      MESSAGES[chosen][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole)),
    code: (group, code) =>
      code === null || code === undefined ? '—' : (CODES[chosen].get(`${group}.${code}`) ?? code),
  };
}

const TEXTS: Readonly<Record<Language, Texts>> = { zh: textsIn('zh'), en: textsIn('en') };

/** The texts in the chosen language. */
export const useTexts = (): Texts => TEXTS[useStored(language)];
