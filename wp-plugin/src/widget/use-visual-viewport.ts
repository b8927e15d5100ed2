// Keeps a full-screen chat inside what a phone really shows: the on-screen keyboard makes that smaller without making the page smaller.
import { type RefObject, useEffect } from '@wordpress/element';

export function useVisualViewport(panel: RefObject<HTMLElement>, isActive: boolean): void {
  useEffect(() => {
    const { visualViewport } = window;
    if (!visualViewport || !isActive) return undefined;
    const fit = () => {
      panel.current?.style.setProperty('--viewport-height', `${visualViewport.height}px`);
      panel.current?.style.setProperty('--viewport-top', `${visualViewport.offsetTop}px`);
    };
    fit();
    visualViewport.addEventListener('resize', fit);
    visualViewport.addEventListener('scroll', fit);
    return () => {
      visualViewport.removeEventListener('resize', fit);
      visualViewport.removeEventListener('scroll', fit);
    };
  }, [panel, isActive]);
}
