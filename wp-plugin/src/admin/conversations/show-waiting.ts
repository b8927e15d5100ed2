// Says in the menu and in the tab's title how many visitors wait, as the server does when it draws the page.
import { __ } from '@wordpress/i18n';

export function showWaiting(count: number): void {
  document.title = `${count > 0 ? `(${count}) ` : ''}${document.title.replace(/^\(\d+\) /, '')}`;
  for (const item of document.querySelectorAll('#toplevel_page_aiguy-overview > a .wp-menu-name, #adminmenu a[href$="page=aiguy-conversations"]'))
    mark(item, count);
}

function mark(item: Element, count: number): void {
  item.querySelector('.awaiting-mod')?.remove();
  if (count === 0) return;
  const bubble = document.createElement('span');
  bubble.className = `awaiting-mod count-${count}`;
  const number = document.createElement('span');
  number.className = 'pending-count';
  number.textContent = String(count);
  const words = document.createElement('span');
  words.className = 'screen-reader-text';
  words.textContent = ` ${__('waiting', 'aiguy')}`;
  bubble.append(number, words);
  item.append(' ', bubble);
}
