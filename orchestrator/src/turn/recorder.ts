// Records a run's events: batches what is ready while a write is under way, and switches steps. Nothing is sent that is not in the log.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { StepName } from '@aiguy/manifests/generated/events';
import type { EventLog } from '../session/event-log.ts';
import type { Run } from '../session/run.ts';

export class Recorder {
  readonly #log: EventLog;
  readonly #run: Run;
  #pending: AGUIEvent[] = [];
  #writing: Promise<void> | undefined;
  #failure: unknown;
  #step: StepName | undefined;

  constructor(log: EventLog, run: Run) {
    this.#log = log;
    this.#run = run;
  }

  /** Queues an event; it is written as soon as the write before it is done. */
  emit(event: AGUIEvent): void {
    const last = this.#pending.at(-1);
    if (last?.type === EventType.TEXT_MESSAGE_CONTENT && event.type === EventType.TEXT_MESSAGE_CONTENT && last.messageId === event.messageId) {
      this.#pending[this.#pending.length - 1] = { ...last, delta: last.delta + event.delta };
    } else {
      this.#pending.push(event);
    }
    this.#writing ??= this.#write();
  }

  /** Makes `name` the current step, ending the one before. */
  step(name: StepName | undefined): void {
    if (this.#step === name) return;
    if (this.#step) this.emit({ type: EventType.STEP_FINISHED, stepName: this.#step });
    if (name) this.emit({ type: EventType.STEP_STARTED, stepName: name });
    this.#step = name;
  }

  /**
   * Waits until everything emitted so far is in the log.
   * @throws LeaseLostError, or the database's error; the run must not go on then
   */
  async settle(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #write(): Promise<void> {
    // The microtask lets everything that is emitted together be written together.
    await Promise.resolve();
    try {
      while (this.#pending.length > 0 && this.#failure === undefined) {
        const batch = this.#pending;
        this.#pending = [];
        await this.#log.append({ sessionId: this.#run.sessionId, id: this.#run.id, epoch: this.#run.epoch }, batch);
      }
    } catch (error) {
      this.#failure = error;
      this.#pending = [];
    }
    this.#writing = undefined;
  }
}
