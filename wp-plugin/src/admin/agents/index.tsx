// AIGuy → Agents: how each agent looks, speaks, what it may do and cost. Nothing is saved before «Save».
import { Button, Notice } from '@wordpress/components';
import { useEffect, useRef, useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { Asked } from '../asked';
import { mountScreen } from '../mount';
import { useTask } from '../use-task';
import { AgentForm } from './agent-form';
import './agents.css';
import { type Agent, type AgentList, type Errors, errorsOf, newId, saveAgents } from './agents';
import { AgentPreview } from './preview';

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
  const columns = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The first field that can't be used, wherever on the long page it is.
    if (Object.keys(errors).length > 0) columns.current?.querySelector<HTMLElement>('[data-invalid] :is(input, textarea, select)')?.focus();
  }, [errors]);
  const task = useTask();
  const isChanged = JSON.stringify([list.default, list.agents]) !== JSON.stringify([saved.default, saved.agents]);
  useUnsavedGuard(isChanged);

  const index = Math.max(
    0,
    list.agents.findIndex(({ id }) => id === chosen),
  );
  const agent = list.agents[index] ?? list.defaults;
  const put = (change: Partial<Agent>) => {
    setJustSaved(false);
    setList({ ...list, agents: list.agents.map((one, place) => (place === index ? { ...one, ...change } : one)) });
  };
  const save = () =>
    void task.run(async () => {
      try {
        setErrors({});
        const answer = await saveAgents(list);
        setSaved(answer);
        setList(answer);
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
    <div className="aiguy-agents">
      {list.fixed ? (
        <Notice status="warning" isDismissible={false}>
          {__('The agents are set by the constant AIGUY_AGENTS and can only be changed there.', 'aiguy')}
        </Notice>
      ) : null}
      <AgentTabs list={list} chosen={agent.id} onChoose={setChosen} onChange={change} />
      <div className="aiguy-agents-columns" ref={columns}>
        <AgentForm key={agent.id} agent={agent} list={list} errorOf={(field) => errors[`${index}/${field}`]} onChange={put} />
        <AgentPreview agent={agent} avatar={list.avatars[agent.id]} />
      </div>
      <div className="aiguy-agents-save">
        <Button variant="primary" onClick={save} isBusy={task.isBusy} disabled={task.isBusy || list.fixed || !isChanged} accessibleWhenDisabled>
          {__('Save', 'aiguy')}
        </Button>
        <Button variant="tertiary" onClick={() => change(saved)} disabled={!isChanged} accessibleWhenDisabled>
          {__('Undo changes', 'aiguy')}
        </Button>
        <span role="status">{isSaved ? __('Saved.', 'aiguy') : isChanged ? __('Not saved yet.', 'aiguy') : ''}</span>
        {task.problem ? (
          <p role="alert" className="aiguy-field-error">
            {task.problem}
          </p>
        ) : null}
      </div>
    </div>
  );
}

type TabsProps = { list: AgentList; chosen: string; onChoose: (id: string) => void; onChange: (list: AgentList) => void };

function AgentTabs({ list, chosen, onChoose, onChange }: TabsProps) {
  const add = () => {
    const id = newId(list.agents.map((agent) => agent.id));
    onChange({ ...list, agents: [...list.agents, { ...list.defaults, id }] });
    onChoose(id);
  };
  const remove = () => {
    if (!window.confirm(__('Remove this agent with its settings? Its chats go on with the default agent.', 'aiguy'))) return;
    onChange({ ...list, agents: list.agents.filter(({ id }) => id !== chosen) });
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
                ? sprintf(__('%s (default)', 'aiguy'), name)
                : name
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

/** The browser asks before the page is left with changes that are not saved. */
function useUnsavedGuard(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isChanged]);
}
