// What happens with guests and their orders, for who counts it.

/** How guesses ended; and mails: asked for with the right address, sent, not sent at an attempt because the server failed, or because three had gone out. */
export type GuestEvent = 'proven' | 'failed' | 'locked' | 'mail_asked' | 'mail_sent' | 'mail_failed' | 'mail_limited';

export type GuestEvents = {
  happened: (event: GuestEvent) => void;
  /** From now on is told what happens; before, nobody is. */
  observe: (observer: (event: GuestEvent) => void) => void;
};

export function createGuestEvents(): GuestEvents {
  let observer: (event: GuestEvent) => void = () => undefined;
  return {
    happened: (event) => observer(event),
    observe: (given) => {
      observer = given;
    },
  };
}
