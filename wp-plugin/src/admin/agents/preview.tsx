// What of the chat changes with these settings, drawn while they are typed.
import { __ } from '@wordpress/i18n';
import type { CSSProperties } from 'react';
import { type Agent, type AgentList, onAccent } from './agents';

type Props = { agent: Agent; usual: AgentList['usual']; avatar: string | undefined };

export function AgentPreview({ agent, usual, avatar }: Props) {
  const accent = /^#[0-9a-f]{6}$/i.test(agent.accent) ? agent.accent : '#2b5fd9';
  const disclosure = agent.disclosure.on ? agent.disclosure.text || __('You are chatting with an automated assistant.', 'aiguy') : '';
  const style = { '--accent': accent, '--on-accent': onAccent(accent) } as CSSProperties;
  return (
    <aside className="aiguy-agents-preview" aria-label={__('Preview', 'aiguy')} style={style}>
      <header>
        <span className="aiguy-agents-mark">
          {avatar && agent.avatar > 0 ? <img src={avatar} alt="" /> : <span className="dashicons dashicons-format-chat" />}
        </span>
        <strong dir="auto">{agent.name || usual.name}</strong>
      </header>
      <div className="aiguy-agents-talk">
        {disclosure ? <small dir="auto">{disclosure}</small> : null}
        <p className="is-agent" dir="auto">
          {agent.greeting || usual.greeting}
        </p>
        <p className="is-visitor">{__('Where is my parcel?', 'aiguy')}</p>
        {agent.suggested_questions.slice(0, 4).map((question) => (
          <span key={question} className="is-question" dir="auto">
            {question}
          </span>
        ))}
      </div>
    </aside>
  );
}
