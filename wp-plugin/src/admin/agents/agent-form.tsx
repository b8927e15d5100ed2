// The fields of one agent, in the order in which an owner thinks of them.
import { SelectControl, TextareaControl, TextControl, ToggleControl } from '@wordpress/components';
import { __ } from '@wordpress/i18n';
import type { Agent, AgentList } from './agents';
import { Field, Lines, Section } from './field';
import { Knowledge } from './knowledge';
import { Limits } from './limits';
import { Look } from './look';
import { OpeningHours } from './opening-hours';
import { Tools } from './tools';

export type FormProps = {
  agent: Agent;
  list: AgentList;
  /** What is wrong with a field, if anything is. */
  errorOf: (field: keyof Agent) => string | undefined;
  onChange: (change: Partial<Agent>) => void;
};

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
          <Tools agent={props.agent} onChange={props.onChange} />
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

function Speech({ agent, errorOf, onChange }: FormProps) {
  return (
    <Section title={__('How it speaks', 'aiguy')}>
      <Field error={errorOf('greeting')}>
        <TextareaControl label={__('Greeting', 'aiguy')} rows={2} value={agent.greeting} onChange={(greeting: string) => onChange({ greeting })} />
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
      <Field error={errorOf('languages')}>
        <Lines
          label={__('Languages', 'aiguy')}
          help={__(
            'Codes such as en or de-AT, one a line. It answers in the visitor’s language; where that can’t be told, in the first of these.',
            'aiguy',
          )}
          rows={2}
          value={agent.languages}
          onChange={(languages) => onChange({ languages })}
        />
      </Field>
      <Field error={errorOf('model')}>
        <TextControl
          __next40pxDefaultSize
          label={__('Model', 'aiguy')}
          help={__('Leave empty for the orchestrator’s own choice. Only models that it allows count.', 'aiguy')}
          value={agent.model}
          dir="ltr"
          onChange={(model: string) => onChange({ model: model.trim() })}
        />
      </Field>
    </Section>
  );
}

function Place({ agent, errorOf, onChange }: FormProps) {
  const { everywhere } = agent;
  return (
    <Section title={__('Where it is', 'aiguy')}>
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
