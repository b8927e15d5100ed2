// The chat as visitors will see it, with the chat's own style, in the editor: a still picture that asks the site for nothing.

import controlsCss from '!!css-loader?{"exportType":"string"}!../widget/styles/controls.css';
import frameCss from '!!css-loader?{"exportType":"string"}!../widget/styles/frame.css';
import messagesCss from '!!css-loader?{"exportType":"string"}!../widget/styles/messages.css';
import ownColoursCss from '!!css-loader?{"exportType":"string"}!../widget/styles/own-colours.css';
import { createPortal, useCallback, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { inlineHostCss, launcherCss } from '../launcher/launcher-css.ts';
import { Icon } from '../widget/icon.tsx';
import { type BlockAgent, coloursOf } from './agents.ts';
import { type Attributes, themeOf } from './attributes.ts';

type Props = {
  attributes: Attributes;
  /** With what the block says itself. */
  agent: BlockAgent;
  rtl: boolean;
  isOpen: boolean;
};

/** In the page, the corner is where the block stands. */
const previewCss = `:host{pointer-events:none}
:host(.is-corner){block-size:auto!important}
.frame.floating{position:static;inline-size:auto;block-size:auto;display:flex;flex-direction:column;align-items:flex-end;gap:.875em}
.frame.floating>*{position:static}
.frame.floating .chat{block-size:28em;max-inline-size:100%}`;
const css = [launcherCss, inlineHostCss, frameCss, messagesCss, controlsCss, ownColoursCss, previewCss].join('\n');

export function Preview({ attributes, agent, rtl, isOpen }: Props) {
  const [root, setRoot] = useState<ShadowRoot | null>(null);
  const host = useCallback((element: HTMLElement | null) => {
    if (element) setRoot(element.shadowRoot ?? element.attachShadow({ mode: 'open' }));
  }, []);
  const isCorner = agent.position === 'floating';
  const phase = isOpen ? 'open' : 'closed';
  const theme = themeOf(attributes);
  const picture = (
    <>
      <style>{css}</style>
      <div ref={putToSleep} className={`frame ${isCorner ? 'floating' : 'inline'}`} dir={rtl ? 'rtl' : 'ltr'} data-phase={phase} data-theme={theme}>
        <div className="panel">{isOpen ? <OpenChat agent={agent} theme={theme} /> : null}</div>
        {isOpen && !isCorner ? null : <Card agent={agent} />}
      </div>
    </>
  );
  return (
    <div ref={host} className={`aiguy-chat-preview ${isCorner ? 'is-corner' : ''}`} style={coloursOf(attributes, agent)}>
      {root ? createPortal(picture, root as unknown as Element) : null}
    </div>
  );
}

/** Nothing in it can be reached: a click or a key goes to the block. React's versions differ in how they write the attribute. */
const putToSleep = (element: HTMLElement | null) => element?.setAttribute('inert', '');

function Card({ agent }: { agent: BlockAgent }) {
  const isCorner = agent.position === 'floating';
  return (
    <div className="card">
      {isCorner ? null : (
        <>
          <p className="title">{agent.title}</p>
          <p className="greeting">{agent.greeting}</p>
        </>
      )}
      <span className="launch">
        <Icon name="bubble" />
        <span className="label">{isCorner ? __('Open the chat', 'aiguy') : __('Start chat', 'aiguy')}</span>
      </span>
    </div>
  );
}

function OpenChat({ agent, theme }: { agent: BlockAgent; theme: string }) {
  const { position, avatar, title, disclosure, greeting, questions, placeholder } = agent;
  return (
    <section className={`chat ${position}`} data-theme={theme}>
      <header className="header">
        <span className="mark">{avatar === '' ? <Icon name="bubble" /> : <img src={avatar} alt="" />}</span>
        <p className="title">{title}</p>
      </header>
      <div className="conversation">
        <div className="content">
          {disclosure === '' ? null : <p className="disclosure">{disclosure}</p>}
          <div className="bubble assistant">
            <p>{greeting}</p>
          </div>
          {questions.length === 0 ? null : (
            <div className="suggestions">
              {questions.map((question) => (
                <button key={question} type="button">
                  {question}
                </button>
              ))}
            </div>
          )}
        </div>
      </div>
      <div className="composer">
        <div className="field">
          <textarea rows={1} readOnly aria-label={placeholder} placeholder={placeholder} />
          <button type="button" className="round send" disabled>
            <Icon name="send" />
          </button>
        </div>
      </div>
    </section>
  );
}
