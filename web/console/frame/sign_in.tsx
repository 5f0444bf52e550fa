import { APIError } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from './reading.js';
import { problemText } from '../../timeline/view/states.js';
import { Field } from './field.js';
import { openSession, type Session, type SignedIn } from './session.js';

export interface SignInProps {
  /** Whether the reader was signed in, and the key has ended. */
  hasEnded: boolean;
  onSignedIn: (given: SignedIn, session: Session) => void;
}

/** The first page: a key or a tenant's secret opens the console. */
export function SignIn({ hasEnded, onSignedIn }: SignInProps): JSX.Element {
  const { words } = useReading();
  const [kind, setKind] = useState<SignedIn['kind']>('key');
  const [secret, setSecret] = useState('');
  const [clientId, setClientId] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isAsking, setAsking] = useState(false);

  const signIn = async (event: Event): Promise<void> => {
    event.preventDefault();
    const given: SignedIn =
      kind === 'key' ? { kind, key: secret.trim() } : { kind, clientId: clientId.trim(), secret: secret.trim() };
    setAsking(true);
    setProblem(undefined);
    try {
      onSignedIn(given, await openSession(given));
    } catch (error) {
      const isWrong = (error instanceof APIError && error.status < 429) || error instanceof TypeError;
      const isForbidden = error instanceof APIError && error.status === 403;
      if (isForbidden) setProblem(words.not_allowed);
      else setProblem(isWrong ? (kind === 'key' ? words.wrong_key : words.wrong_secret) : problemText(error, words));
      setAsking(false);
    }
  };
  return (
    <main class="sign-in">
      <form onSubmit={(event) => void signIn(event)}>
        <h1>
          <Icon name="history" /> Annals
        </h1>
        {hasEnded && (
          <p class="notice" role="alert">
            {words.session_ended}
          </p>
        )}
        <div class="tabs" role="radiogroup" aria-label={words.sign_in}>
          {(['key', 'tenant'] as const).map((each) => (
            <label key={each} class={kind === each ? 'chosen' : ''}>
              <input type="radio" name="kind" class="hidden" checked={kind === each} onChange={() => setKind(each)} />
              {each === 'key' ? words.platform_key : words.tenant_secret}
            </label>
          ))}
        </div>
        {kind === 'tenant' && (
          <Field label={words.client_id}>
            {(attributes) => (
              <input {...attributes} name="client-id" autocomplete="username" spellcheck={false} required value={clientId} onInput={(event) => setClientId(event.currentTarget.value)} />
            )}
          </Field>
        )}
        <Field label={kind === 'key' ? words.key_field : words.secret_field} hint={words.sign_in_hint} problem={problem}>
          {(attributes) => (
            <input {...attributes} type="password" name="secret" autocomplete="off" required autofocus value={secret} onInput={(event) => setSecret(event.currentTarget.value)} />
          )}
        </Field>
        <button type="submit" class="primary" disabled={isAsking}>
          {words.sign_in}
        </button>
      </form>
    </main>
  );
}
