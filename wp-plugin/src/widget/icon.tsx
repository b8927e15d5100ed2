// The few icons, as lines in the colour of the text.

const shapes = {
  bubble: 'M7.5 4h9A4.5 4.5 0 0 1 21 8.5v4a4.5 4.5 0 0 1-4.5 4.5H12l-4.5 4v-4A4.5 4.5 0 0 1 3 12.5v-4A4.5 4.5 0 0 1 7.5 4Z',
  close: 'm6 6 12 12M18 6 6 18',
  send: 'M12 19V5m-6 6 6-6 6 6',
  stop: 'M8 8h8v8H8Z',
  down: 'M12 5v14m-6-6 6 6 6-6',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  clock: 'M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  alert: 'M12 8v5m0 3.2v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
};

export function Icon({ name }: { name: keyof typeof shapes }) {
  return (
    <svg viewBox="0 0 24 24" className={`icon icon-${name}`} aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}
