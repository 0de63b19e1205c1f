import { ApiFailure } from '../api/call-api.ts';
import { type Texts, useTexts } from '../messages/texts.ts';
import { IdText } from './id-text.tsx';
import { Quiet } from './quiet.tsx';

/** What went wrong in words: the API's own, which come in the chosen language, or ours when it did not answer. */
export function failureText({ say }: Texts, failure: unknown): string {
  if (failure instanceof ApiFailure && failure.message !== '') return failure.message;
  return say('failure.unreachable');
}

/** The same with the number under which the platform's logs know it. */
export function FailureText({ failure }: { readonly failure: unknown }) {
  const texts = useTexts();
  const requestId = failure instanceof ApiFailure ? failure.requestId : null;
  return (
    <>
      {failureText(texts, failure)}
      {requestId !== null && requestId !== '' && (
        <div>
          <Quiet small>
            {texts.say('common.requestId')} <IdText id={requestId} whole />
          </Quiet>
        </div>
      )}
    </>
  );
}
