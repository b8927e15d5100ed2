// Speaking instead of typing, where the browser can listen; what was heard stands in the text box and is sent by the visitor.
import { type RefObject, useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { Sign } from './sign.tsx';

type Heard = { results: ArrayLike<ArrayLike<{ transcript: string }>> };
type Recognition = EventTarget & {
  lang: string;
  interimResults: boolean;
  continuous: boolean;
  start: () => void;
  abort: () => void;
  stop: () => void;
};
type Browser = Window & { SpeechRecognition?: new () => Recognition; webkitSpeechRecognition?: new () => Recognition };

type Props = { text: string; onText: (text: string) => void; field: RefObject<HTMLTextAreaElement>; locale: string };

export function Voice(props: Props) {
  const { SpeechRecognition, webkitSpeechRecognition } = window as Browser;
  const Recognition = SpeechRecognition ?? webkitSpeechRecognition;
  return Recognition ? <Microphone {...props} make={() => new Recognition()} /> : null;
}

function Microphone({ text, onText, field, locale, make }: Props & { make: () => Recognition }) {
  const listening = useRef<Recognition>();
  const [isListening, setIsListening] = useState(false);
  const [problem, setProblem] = useState('');
  useEffect(() => () => listening.current?.abort(), []);

  const start = () => {
    const recognition = make();
    const before = text.trim();
    recognition.lang = locale.replaceAll('_', '-');
    recognition.interimResults = true;
    recognition.addEventListener('result', (event) => {
      const heard = [...Array.from((event as Event & Heard).results)].map((result) => result[0]?.transcript ?? '').join('');
      onText([before, heard.trim()].filter(Boolean).join(' '));
    });
    recognition.addEventListener('error', (event) => setProblem(problemOf((event as Event & { error: string }).error)));
    recognition.addEventListener('end', () => {
      setIsListening(false);
      field.current?.focus();
    });
    listening.current = recognition;
    setProblem('');
    setIsListening(true);
    recognition.start();
  };
  return (
    <>
      <button
        type="button"
        className={`round voice ${isListening ? 'is-listening' : ''}`}
        aria-label={__('Speak your message', 'aiguy')}
        title={__('Speak your message', 'aiguy')}
        aria-pressed={isListening}
        onClick={() => (isListening ? listening.current?.stop() : start())}
      >
        <Sign name="mic" />
      </button>
      <span className={problem === '' ? 'unseen' : 'voice-problem'} role="status">
        {isListening ? __('Listening…', 'aiguy') : problem}
      </span>
    </>
  );
}

function problemOf(error: string): string {
  if (error === 'not-allowed' || error === 'service-not-allowed') return __('The browser does not let the chat listen.', 'aiguy');
  return error === 'aborted' ? '' : __('Nothing was understood. Try again, or type.', 'aiguy');
}
