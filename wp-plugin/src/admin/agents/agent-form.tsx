// The fields of one agent, in the order in which an owner thinks of them.
import type { SiteInfo } from '@aiguy/manifests/generated/http';
import { SelectControl, TextareaControl, TextControl, ToggleControl } from '@wordpress/components';
import { __, sprintf } from '@wordpress/i18n';
import type { Answered } from '../use-answer';
import type { Agent, AgentList } from './agents';
import { Field, Lines, Section } from './field';
import { Knowledge } from './knowledge';
import { Language } from './language';
import { Limits } from './limits';
import { Look } from './look';
import { Model } from './model';
import { OpeningHours } from './opening-hours';
import { Shortcode } from './shortcode';
import { Tools } from './tools';

/** What the orchestrator says of itself. */
export type SiteAnswer = { answered: Answered<SiteInfo>; again: () => void };

export type FormProps = {
  agent: Agent;
  list: AgentList;
  site: SiteAnswer;
  /** It was never saved. */
  isNew: boolean;
  /** What is wrong with a field, if anything is. */
  errorOf: (field: keyof Agent) => string | undefined;
  /** @param picture address of an avatar that was just chosen */
  onChange: (change: Partial<Agent>, picture?: string) => void;
};

/** As Agent_Rules of the plugin. */
const instructionsMax = 800;

export function AgentForm(props: FormProps) {
  return (
    <div className="aiguy-agents-form">
      <Look {...props} />
      <Speech {...props} />
      <Place {...props} />
      <Section title={__('What it answers from', 'aiguy')}>
        <Field error={props.errorOf('collections')}>
          <Knowledge agent={props.agent} onChange={props.onChange} />
        </Field>
      </Section>
      <Section title={__('What it may do', 'aiguy')}>
        <Field error={props.errorOf('tools_off') ?? props.errorOf('tools_sign_in')}>
          <Tools agent={props.agent} site={props.site} onChange={props.onChange} />
        </Field>
      </Section>
      <Section title={__('When your team is there', 'aiguy')}>
        <Field error={props.errorOf('opening_hours')}>
          <OpeningHours hours={props.agent.opening_hours} onChange={(opening_hours) => props.onChange({ opening_hours })} />
        </Field>
      </Section>
      <Limits {...props} />
      <Legal {...props} />
    </div>
  );
}

function Speech({ agent, list, site, errorOf, onChange }: FormProps) {
  return (
    <Section title={__('How it speaks', 'aiguy')}>
      <Field error={errorOf('greeting')}>
        <TextareaControl
          label={__('Greeting', 'aiguy')}
          /* translators: %s: a text that is shown. */
          help={agent.greeting === '' ? sprintf(__('Empty: «%s», in the language of the page.', 'aiguy'), list.usual.greeting) : undefined}
          placeholder={list.usual.greeting}
          rows={2}
          value={agent.greeting}
          onChange={(greeting: string) => onChange({ greeting })}
        />
      </Field>
      <Field error={errorOf('suggested_questions')}>
        <Lines
          label={__('Questions to begin with', 'aiguy')}
          help={__('At most four, one a line.', 'aiguy')}
          value={agent.suggested_questions}
          onChange={(suggested_questions) => onChange({ suggested_questions })}
        />
      </Field>
      <Field error={errorOf('tone')}>
        <SelectControl
          __next40pxDefaultSize
          label={__('Tone', 'aiguy')}
          value={agent.tone}
          options={[
            { value: 'friendly', label: __('Friendly', 'aiguy') },
            { value: 'neutral', label: __('Matter-of-fact', 'aiguy') },
            { value: 'formal', label: __('Formal', 'aiguy') },
          ]}
          onChange={(tone) => onChange({ tone: tone as Agent['tone'] })}
        />
      </Field>
      <Field error={errorOf('instructions')}>
        <TextareaControl
          label={__('In your words: what it should pay attention to', 'aiguy')}
          /* translators: %d: a number of characters. */
          help={sprintf(
            __(
              'For answers by a model; without one it changes nothing. At most %d characters, and no secrets: visitors can find out what is written here.',
              'aiguy',
            ),
            instructionsMax,
          )}
          placeholder={__('Such as: Our workshop is closed in August. Recommend the spare parts catalogue before a repair.', 'aiguy')}
          rows={4}
          maxLength={instructionsMax}
          value={agent.instructions}
          onChange={(instructions: string) => onChange({ instructions })}
        />
      </Field>
      <Field error={errorOf('language')}>
        <Language chosen={agent.language} ofSite={list.language} onChange={(language) => onChange({ language })} />
      </Field>
      <Field error={errorOf('model')}>
        <Model chosen={agent.model} answered={site.answered} onChange={(model) => onChange({ model })} />
      </Field>
    </Section>
  );
}

function Place({ agent, list, isNew, errorOf, onChange }: FormProps) {
  const { everywhere } = agent;
  return (
    <Section title={__('Where it is', 'aiguy')}>
      <Shortcode id={agent.id} isDefault={agent.id === list.default} isNew={isNew} />
      <Field error={errorOf('position')}>
        <SelectControl
          __next40pxDefaultSize
          label={__('Position', 'aiguy')}
          value={agent.position}
          options={[
            { value: 'both', label: __('In pages and in the corner', 'aiguy') },
            { value: 'inline', label: __('Only in pages', 'aiguy') },
            { value: 'floating', label: __('Only in the corner', 'aiguy') },
          ]}
          onChange={(position) => onChange({ position: position as Agent['position'] })}
        />
      </Field>
      <Field error={errorOf('everywhere')}>
        <ToggleControl
          label={__('Show its button on every page', 'aiguy')}
          checked={everywhere.on}
          disabled={agent.position === 'inline'}
          onChange={(on: boolean) => onChange({ everywhere: { ...everywhere, on } })}
        />
        {everywhere.on ? (
          <>
            <Lines
              label={__('Only on these pages', 'aiguy')}
              help={__('Paths such as /shop/*, one a line; empty for all.', 'aiguy')}
              rows={2}
              value={everywhere.include}
              onChange={(include) => onChange({ everywhere: { ...everywhere, include } })}
            />
            <Lines
              label={__('Not on these pages', 'aiguy')}
              help={__('Such as /checkout.', 'aiguy')}
              rows={2}
              value={everywhere.exclude}
              onChange={(exclude) => onChange({ everywhere: { ...everywhere, exclude } })}
            />
          </>
        ) : null}
      </Field>
    </Section>
  );
}

function Legal({ agent, list, errorOf, onChange }: FormProps) {
  const { disclosure, consent } = agent;
  return (
    <Section title={__('Legal', 'aiguy')}>
      <Field error={errorOf('disclosure')}>
        <ToggleControl
          label={__('Say that a machine answers', 'aiguy')}
          help={__('Shown before the first message. Many countries require it.', 'aiguy')}
          checked={disclosure.on}
          onChange={(on: boolean) => onChange({ disclosure: { ...disclosure, on } })}
        />
        {disclosure.on ? (
          <TextControl
            __next40pxDefaultSize
            label={__('In these words', 'aiguy')}
            placeholder={__('You are chatting with an automated assistant.', 'aiguy')}
            value={disclosure.text}
            onChange={(text: string) => onChange({ disclosure: { ...disclosure, text } })}
          />
        ) : null}
      </Field>
      <Field error={errorOf('consent')}>
        <ToggleControl
          label={__('Ask for consent before the first message', 'aiguy')}
          help={
            list.consents
              ? __('Your consent plugin is asked first: whoever has agreed to functional cookies there is not asked again.', 'aiguy')
              : __('Nothing is stored and no cookie is set before the visitor agrees.', 'aiguy')
          }
          checked={consent.on || list.consents}
          disabled={list.consents}
          onChange={(on: boolean) => onChange({ consent: { ...consent, on } })}
        />
        {consent.on || list.consents ? (
          <TextareaControl
            label={__('What they agree to', 'aiguy')}
            placeholder={__('To answer you, this chat stores what you write and sets a cookie.', 'aiguy')}
            rows={3}
            value={consent.text}
            onChange={(text: string) => onChange({ consent: { ...consent, text } })}
          />
        ) : null}
      </Field>
      <Field error={errorOf('privacy_link')}>
        <ToggleControl
          label={__('Link to your privacy policy', 'aiguy')}
          help={list.privacy === '' ? __('Your site has no privacy policy page yet: Settings → Privacy.', 'aiguy') : list.privacy}
          checked={agent.privacy_link}
          onChange={(privacy_link: boolean) => onChange({ privacy_link })}
        />
      </Field>
    </Section>
  );
}
