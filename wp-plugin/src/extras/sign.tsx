// The signs of the extras, as lines in the colour of the text.

const shapes = {
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  copy: 'M9 9h10v11H9ZM5 15V4h10',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  up: 'M7 11v9H4v-9ZM7 11l4-7c1.5 0 2.5 1 2.5 2.5V10H19a1.6 1.6 0 0 1 1.6 2l-1.7 6.600A2 2 0 0 1 17 20H7',
  down: 'M17 13V4h3v9ZM17 13l-4 7c-1.5 0-2.5-1-2.5-2.500V14H5a1.6 1.6 0 0 1-1.6-2l1.7-6.600A2 2 0 0 1 7 4h10',
  star: 'm12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.900L12 16.900l-5.2 2.8 1-5.900L3.5 9.700l5.9-.8Z',
  close: 'm6 6 12 12M18 6 6 18',
  mic: 'M12 4a3 3 0 0 0-3 3v4a3 3 0 0 0 6 0V7a3 3 0 0 0-3-3ZM6 11a6 6 0 0 0 12 0M12 17v3',
  offline: 'M4 4l16 16M8.5 14.500a5 5 0 0 1 6 0M5 11a10 10 0 0 1 4-2.200M19 11a10 10 0 0 0-5.5-2.900M12 18h.01',
};

export function Sign({ name }: { name: keyof typeof shapes }) {
  return (
    <svg viewBox="0 0 24 24" className={`icon sign-${name}`} aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}
