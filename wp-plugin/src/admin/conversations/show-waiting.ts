// Says in the menu and in the tab's title how many visitors wait, as the server does when it draws the page.
import { __ } from '@wordpress/i18n';

export function showWaiting(count: number): void {
  document.title = `${count > 0 ? `(${count}) ` : ''}${document.title.replace(/^\(\d+\) /, '')}`;
  const item = document.querySelector('#adminmenu a[href$="page=aiguy-conversations"]');
  if (!item) return;
  const mark = item.querySelector('.awaiting-mod') ?? item.appendChild(document.createElement('span'));
  mark.className = 'awaiting-mod';
  (mark as HTMLElement).hidden = count === 0;
  const number = document.createElement('span');
  number.className = 'pending-count';
  number.textContent = String(count);
  const words = document.createElement('span');
  words.className = 'screen-reader-text';
  words.textContent = ` ${__('waiting', 'aiguy')}`;
  mark.replaceChildren(number, words);
}
