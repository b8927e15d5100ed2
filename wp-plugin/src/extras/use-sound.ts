// A short tone when an answer is complete: off until the visitor wants it, and remembered by his browser.
import { useEffect, useRef, useState } from '@wordpress/element';
import type { ChatState } from '../chat/chat-state.ts';
import { keep, readKept } from './kept.ts';

const local = () => localStorage;

export function useSound({ messages }: ChatState): { isOn: boolean; toggle: () => void } {
  const [isOn, setIsOn] = useState(() => readKept(local, 'sound') === 'on');
  const sounded = useRef<string>();
  const newest = messages.findLast((message) => message.kind === 'assistant');
  const complete = newest?.kind === 'assistant' && newest.isLive && !newest.isStreaming ? newest.id : undefined;
  useEffect(() => {
    if (complete === undefined || complete === sounded.current) return;
    sounded.current = complete;
    if (isOn) playTone();
  }, [complete, isOn]);
  const toggle = () => {
    keep(local, 'sound', isOn ? null : 'on');
    setIsOn(!isOn);
    if (!isOn) playTone();
  };
  return { isOn, toggle };
}

const toneSeconds = 0.18;
const toneHertz = 660;

function playTone(): void {
  try {
    const audio = new AudioContext();
    const volume = new GainNode(audio, { gain: 0.06 });
    const tone = new OscillatorNode(audio, { frequency: toneHertz });
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + toneSeconds);
    tone.connect(volume).connect(audio.destination);
    tone.addEventListener('ended', () => void audio.close());
    tone.start();
    tone.stop(audio.currentTime + toneSeconds);
  } catch {
    // Some browsers let no page sound before a click.
  }
}
