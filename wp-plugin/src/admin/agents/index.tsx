// AIGuy → Agents: how each agent looks, speaks, what it may do and cost. Nothing is saved before «Save».

import type { SiteInfo } from '@aiguy/manifests/generated/http';
import { Button, Notice } from '@wordpress/components';
import { useEffect, useRef, useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import type { RefObject } from 'react';
import { Asked } from '../asked';
import { mountScreen } from '../mount';
import { useAnswer } from '../use-answer';
import { useTask } from '../use-task';
import { AgentForm } from './agent-form';
import './agents.css';
import { type Agent, type AgentList, changeable, type Errors, errorsOf, newId, saveAgents } from './agents';
import { AgentPreview } from './preview';
import { SiteLimitsForm } from './site-limits';

mountScreen(AgentsScreen);

function AgentsScreen() {
  return <Asked<AgentList> path="agents">{(list) => <Editor first={list} />}</Asked>;
}

function Editor({ first }: { first: AgentList }) {
  const [saved, setSaved] = useState(first);
  const [list, setList] = useState(first);
  const [chosen, setChosen] = useState(first.default);
  const [errors, setErrors] = useState<Errors>({});
  const [isSaved, setJustSaved] = useState(false);
  const screen = useFocusOn(errors);
  const task = useTask();
  const site = useAnswer<SiteInfo>('site');
  const isChanged = JSON.stringify(changeable(list)) !== JSON.stringify(changeable(saved));
  useUnsavedGuard(isChanged);

  const index = placeOf(chosen, list.agents);
  const agent = list.agents[index] ?? list.defaults;
  const put = (change: Partial<Agent>, picture = list.avatars[agent.id] ?? '') => {
    setJustSaved(false);
    setList({
      ...list,
      agents: list.agents.map((one, place) => (place === index ? { ...one, ...change } : one)),
      avatars: { ...list.avatars, [agent.id]: picture },
    });
  };
  const save = () =>
    void task.run(async () => {
      try {
        setErrors({});
        const answer = await saveAgents(list);
        setSaved(answer);
        // What was written while it was being saved stays, and is not saved yet.
        setList((now) => (now === list ? answer : { ...answer, ...changeable(now), retired: now.retired, avatars: now.avatars }));
        setJustSaved(true);
      } catch (error) {
        const found = errorsOf(error);
        setErrors(found);
        const place = Number.parseInt(Object.keys(found)[0] ?? '', 10);
        setChosen(list.agents[place]?.id ?? chosen);
        throw error;
      }
    });
  const change = (next: AgentList) => {
    setErrors({});
    setJustSaved(false);
    setList(next);
  };
  return (
    <div className="aiguy-agents" ref={screen}>
      {list.fixed ? <Fixed /> : null}
      <SiteLimitsForm
        limits={list.limits}
        errorOf={(field) => errors[`/limits/${field}`]}
        onChange={(limits) => change({ ...list, limits: { ...list.limits, ...limits } })}
      />
      <AgentTabs list={list} chosen={agent.id} onChoose={setChosen} onChange={change} />
      <div className="aiguy-agents-columns">
        <AgentForm
          key={agent.id}
          agent={agent}
          list={list}
          site={site}
          isNew={!saved.agents.some(({ id }) => id === agent.id)}
          errorOf={(field) => errors[`${index}/${field}`]}
          onChange={put}
        />
        <AgentPreview agent={agent} usual={list.usual} avatar={list.avatars[agent.id]} />
      </div>
      <SaveBar task={task} isChanged={isChanged} isSaved={isSaved} isFixed={list.fixed} onSave={save} onUndo={() => change(saved)} />
    </div>
  );
}

type SaveProps = { task: ReturnType<typeof useTask>; isChanged: boolean; isSaved: boolean; isFixed: boolean; onSave: () => void; onUndo: () => void };

function SaveBar({ task, isChanged, isSaved, isFixed, onSave, onUndo }: SaveProps) {
  return (
    <div className="aiguy-agents-save">
      <Button variant="primary" onClick={onSave} isBusy={task.isBusy} disabled={task.isBusy || isFixed || !isChanged} accessibleWhenDisabled>
        {__('Save', 'aiguy')}
      </Button>
      <Button variant="tertiary" onClick={onUndo} disabled={!isChanged} accessibleWhenDisabled>
        {__('Undo changes', 'aiguy')}
      </Button>
      <span role="status">{isChanged ? __('Not saved yet.', 'aiguy') : isSaved ? __('Saved.', 'aiguy') : ''}</span>
      {task.problem ? (
        <p role="alert" className="aiguy-field-error">
          {task.problem}
        </p>
      ) : null}
    </div>
  );
}

/** By the number of its id, so that no two are called the same. */
/* translators: %s: a number. */
const nextName = (id: string) => sprintf(__('Support %s', 'aiguy'), id.replace(/\D/g, ''));

type TabsProps = { list: AgentList; chosen: string; onChoose: (id: string) => void; onChange: (list: AgentList) => void };

function AgentTabs({ list, chosen, onChoose, onChange }: TabsProps) {
  const add = () => {
    const id = newId([...list.agents.map((agent) => agent.id), ...list.retired]);
    onChange({ ...list, agents: [...list.agents, { ...list.defaults, id, name: nextName(id) }] });
    onChoose(id);
  };
  const remove = () => {
    if (!window.confirm(__('Remove this agent with its settings? Its chats go on with the default agent.', 'aiguy'))) return;
    onChange({ ...list, agents: list.agents.filter(({ id }) => id !== chosen), retired: [...list.retired, chosen] });
    onChoose(list.default);
  };
  return (
    <div className="aiguy-agents-tabs">
      <fieldset>
        <legend className="screen-reader-text">{__('Agent', 'aiguy')}</legend>
        {list.agents.map(({ id, name }) => (
          <Button key={id} variant={id === chosen ? 'primary' : 'secondary'} aria-pressed={id === chosen} onClick={() => onChoose(id)}>
            {
              /* translators: %s: name of an agent. */ id === list.default && list.agents.length > 1
                ? sprintf(__('%s (default)', 'aiguy'), name || list.usual.name)
                : name || list.usual.name
            }
          </Button>
        ))}
      </fieldset>
      <Button variant="tertiary" onClick={add} disabled={list.fixed}>
        {__('Add an agent', 'aiguy')}
      </Button>
      {chosen === list.default ? null : (
        <>
          <Button variant="tertiary" onClick={() => onChange({ ...list, default: chosen })}>
            {__('Make it the default', 'aiguy')}
          </Button>
          <Button variant="tertiary" isDestructive onClick={remove}>
            {__('Remove', 'aiguy')}
          </Button>
        </>
      )}
    </div>
  );
}

function placeOf(chosen: string, agents: Agent[]): number {
  return Math.max(
    0,
    agents.findIndex(({ id }) => id === chosen),
  );
}

function Fixed() {
  return (
    <Notice status="warning" isDismissible={false}>
      {__('The agents are set by the constant AIGUY_AGENTS and can only be changed there.', 'aiguy')}
    </Notice>
  );
}

/** @returns of the screen, on which the first field that can't be used gets the focus, wherever on the long page it is */
function useFocusOn(errors: Errors): RefObject<HTMLDivElement> {
  const screen = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (Object.keys(errors).length > 0) screen.current?.querySelector<HTMLElement>('[data-invalid] :is(input, textarea, select)')?.focus();
  }, [errors]);
  return screen;
}

/** The browser asks before the page is left with changes that are not saved. */
function useUnsavedGuard(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isChanged]);
}
