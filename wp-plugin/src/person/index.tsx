// Loaded when a visitor talks to a person, waits for one or is offered one: says honestly what may be expected, and always leads on.
import { createRoot, useEffect, useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import type { PersonState } from '../chat/events.ts';
import { visibleLine } from '../chat/visible-text.ts';
import type { PersonActions, PersonGlobal } from '../options.ts';
import { personCss } from './person-css.ts';

type Root = ReturnType<typeof createRoot>;

const roots = new WeakMap<HTMLElement, Root>();

const show: PersonGlobal['show'] = (place, person, actions) => {
  const root = roots.get(place) ?? begin(place);
  root.render(person ? <PersonBar key={`${person.status} ${person.until}`} person={person} actions={actions} /> : null);
};

window.aiguyPerson = { show };

/** The styles stand in the chat's shadow root once; a constructed sheet needs no leave of the page's CSP. */
function begin(place: HTMLElement): Root {
  const home = place.getRootNode();
  if (home instanceof ShadowRoot) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(personCss);
    home.adoptedStyleSheets = [...home.adoptedStyleSheets, sheet];
  }
  const root = createRoot(place);
  roots.set(place, root);
  return root;
}

function PersonBar({ person, actions }: { person: PersonState; actions: PersonActions }) {
  const isLate = usePassed(person.status === 'waiting' ? person.until : undefined);
  const canLeaveMessage = person.status === 'away' || isLate;
  return (
    <div className="person">
      <p dir="auto">{words(person, isLate, actions.locale)}</p>
      {person.status === 'offered' ? (
        <button type="button" onClick={() => actions.ask()}>
          {__('Talk to a person', 'aiguy')}
        </button>
      ) : null}
      {canLeaveMessage ? (
        <button type="button" onClick={() => actions.ask(__('I would like a person to get back to me.', 'aiguy'))}>
          {__('Leave a message', 'aiguy')}
        </button>
      ) : null}
    </div>
  );
}

function words(person: PersonState, isLate: boolean, locale: string): string {
  switch (person.status) {
    case 'offered':
      return __('Would you rather talk to a person?', 'aiguy');
    case 'joined':
      /* translators: %s: name of a person. */
      return sprintf(__('You are talking to %s.', 'aiguy'), visibleLine(person.name));
    case 'away': {
      const start = person.hours
        ? /* translators: %s: day and time, such as Monday 23 November at 09:00. */
          sprintf(__('Nobody is there at this hour; our team is back on %s.', 'aiguy'), visibleLine(person.hours))
        : __('Nobody is there at this hour.', 'aiguy');
      return `${start} ${__('Leave a message: you get a reference at once, and a person answers by e-mail.', 'aiguy')}`;
    }
    default:
      return waitingWords(person, isLate, locale);
  }
}

function waitingWords({ until, present }: PersonState, isLate: boolean, locale: string): string {
  if (isLate) return __('Nobody could join yet. Leave a message, and a person answers by e-mail; or go on waiting here.', 'aiguy');
  const time = new Intl.DateTimeFormat(locale.replaceAll('_', '-'), { hour: '2-digit', minute: '2-digit' }).format(until);
  const start = present
    ? __('It has been passed on to our team, and somebody is there.', 'aiguy')
    : __('It has been passed on to our team; nobody is at the desk just now.', 'aiguy');
  /* translators: %s: time of day. */
  return `${start} ${sprintf(__('If nobody has joined by %s, you can leave a message. Go on writing meanwhile if you like.', 'aiguy'), time)}`;
}

/** Whether a moment has passed; undefined never does. */
function usePassed(moment: number | undefined): boolean {
  const [hasPassed, setPassed] = useState(moment !== undefined && moment <= Date.now());
  useEffect(() => {
    if (moment === undefined || hasPassed) return;
    const timer = setTimeout(() => setPassed(true), Math.max(0, moment - Date.now()));
    return () => clearTimeout(timer);
  }, [moment, hasPassed]);
  return hasPassed;
}
