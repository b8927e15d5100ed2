// Puts a screen into its place in wp-admin; an error while drawing is said instead of an empty page.
import { Notice } from '@wordpress/components';
import { Component, createRoot, StrictMode } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { ComponentType, ReactNode } from 'react';
import './admin.css';

/** What Staff\\Admin_Screen::data() of the plugin says. */
export interface AdminData {
  adminUrl: string;
  locale: string;
  timeZone: string;
  may: { manage: boolean; reply: boolean };
  /** Where an owner sets up what is not, and tests what is. */
  connect: { setUp: string; test: string };
}

declare global {
  interface Window {
    aiguyAdmin: AdminData;
  }
}

export function mountScreen(Screen: ComponentType): void {
  const place = document.getElementById('aiguy-admin');
  if (!place) return;
  createRoot(place).render(
    <StrictMode>
      <Boundary>
        <Screen />
      </Boundary>
    </StrictMode>,
  );
}

class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Notice status="error" isDismissible={false}>
        {__('This screen could not be shown. Reload the page.', 'aiguy')}
      </Notice>
    );
  }
}
