import type { JSX } from 'preact';
import { useReading } from '../frame/reading.js';
import { Field } from '../frame/field.js';
import { EMBED_FILTERS, type EmbedChoice, LIVES, SWITCHES, THEMES, wrongFilters } from './embed_choice.js';
import { TenantField } from './tenant_field.js';

export interface EmbedFormProps {
  choice: EmbedChoice;
  onChange: (part: Partial<EmbedChoice>) => void;
}

// The field has what the theme has, so that the field begins with the colour that is seen.
const OWN_ACCENT = '#0a6557';
const OWN_RADIUS = 8;
const MOST_RADIUS = 24;

/** Chooses what a page shows of a history, for how long its readers may see it, and how it looks. */
export function EmbedForm({ choice, onChange }: EmbedFormProps): JSX.Element {
  const { words, formats } = useReading();
  const { service_pages: said } = words;
  const wrong = wrongFilters(choice);
  const themes = { auto: words.theme_auto, light: words.theme_light, dark: words.theme_dark };
  return (
    <div class="embed-form">
      <fieldset>
        <legend>{said.what_is_shown}</legend>
        <div class="embed-fields">
          <TenantField value={choice.tenant} none={words.choose_tenant} onChange={(tenant) => onChange({ tenant })} />
          {EMBED_FILTERS.map((name) => (
            <Field key={name} label={words.filter_names[name]} problem={wrong.includes(name) ? said.no_id : undefined}>
              {(attributes) => (
                <input
                  {...attributes}
                  spellcheck={false}
                  placeholder={said.any}
                  value={choice.ids[name]}
                  onChange={(event) => onChange({ ids: { ...choice.ids, [name]: event.currentTarget.value.trim() } })}
                />
              )}
            </Field>
          ))}
          <Field label={said.words_in_it}>
            {(attributes) => <input {...attributes} placeholder={said.any} value={choice.q} onChange={(event) => onChange({ q: event.currentTarget.value.trim() })} />}
          </Field>
          <Field label={said.life}>
            {(attributes) => (
              <select {...attributes} value={choice.life} onChange={(event) => onChange({ life: Number(event.currentTarget.value) })}>
                {LIVES.map((seconds) => (
                  <option key={seconds} value={seconds}>
                    {formats.span(seconds * 1000)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <label class="check">
            <input type="checkbox" checked={choice.givesFiles} onChange={(event) => onChange({ givesFiles: event.currentTarget.checked })} /> {said.give_files}
          </label>
        </div>
      </fieldset>
      <fieldset>
        <legend>{said.looks}</legend>
        <div class="embed-fields">
          <Field label={words.theme}>
            {(attributes) => (
              <select {...attributes} value={choice.theme} onChange={(event) => onChange({ theme: event.currentTarget.value as EmbedChoice['theme'] })}>
                {THEMES.map((theme) => (
                  <option key={theme} value={theme}>
                    {themes[theme]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={said.accent}>
            {(attributes) => <input {...attributes} type="color" value={choice.accent === '' ? OWN_ACCENT : choice.accent} onChange={(event) => onChange({ accent: event.currentTarget.value })} />}
          </Field>
          <Field label={said.radius} hint={`${choice.radius === '' ? OWN_RADIUS : choice.radius} px`}>
            {(attributes) => (
              <input {...attributes} type="range" min={0} max={MOST_RADIUS} value={choice.radius === '' ? OWN_RADIUS : choice.radius} onInput={(event) => onChange({ radius: event.currentTarget.value })} />
            )}
          </Field>
        </div>
        <div class="switches">
          {SWITCHES.map((name) => (
            <label key={name} class="check">
              <input
                type="checkbox"
                checked={choice.switches.has(name)}
                onChange={(event) => {
                  const others = [...choice.switches].filter((each) => each !== name);
                  onChange({ switches: new Set(event.currentTarget.checked ? [...others, name] : others) });
                }}
              />{' '}
              {said.switches[name]}
            </label>
          ))}
        </div>
      </fieldset>
    </div>
  );
}
