// Stays at the newest text while it grows, unless the reader has scrolled up; then it only says that there is more.
import { type RefObject, useCallback, useEffect, useRef, useState } from '@wordpress/element';

/** Nearer to the end than this, in CSS pixels, counts as reading the newest. */
const nearEndPx = 48;

export type StickyScroll = { hasNew: boolean; toEnd: () => void };

export function useStickyScroll(scroller: RefObject<HTMLElement>, content: RefObject<HTMLElement>): StickyScroll {
  const isAtEnd = useRef(true);
  const [hasNew, setHasNew] = useState(false);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    isAtEnd.current = true;
    element.scrollTop = element.scrollHeight;
    setHasNew(false);
  }, [scroller]);

  useEffect(() => {
    const [element, inside] = [scroller.current, content.current];
    if (!element || !inside) return undefined;
    let height = inside.offsetHeight;
    let lastTop = element.scrollTop;
    const onResize = new ResizeObserver(() => {
      const hasGrown = inside.offsetHeight > height;
      height = inside.offsetHeight;
      if (isAtEnd.current) toEnd();
      // A form that grows under the visitor's hands is nothing new.
      else if (hasGrown && !inside.querySelector('.form :focus')) setHasNew(true);
    });
    const onScroll = () => {
      const isNearEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPx;
      // Only the reader moves up; what grows meanwhile makes the end farther without anybody having left it.
      if (isNearEnd) isAtEnd.current = true;
      else if (element.scrollTop < lastTop) isAtEnd.current = false;
      lastTop = element.scrollTop;
      if (isNearEnd) setHasNew(false);
    };
    onResize.observe(inside);
    onResize.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      onResize.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, content, toEnd]);

  return { hasNew, toEnd };
}
