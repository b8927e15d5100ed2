// All that a site can grant: what of ours asks for a scope names one of these.

/** Visitors', in their own affairs. */
export const visitorScopes = [
  'ability:read',
  'docs:read',
  'handoff:write',
  'invoice:read',
  'order:read',
  'order:write',
  'page:read',
  'product:read',
  'profile:read',
  'profile:write',
  'ticket:read',
  'ticket:write',
];

/** What people of a site may do there, beyond what visitors may. */
export const staffScopes = [
  'conversation:read',
  'conversation:write',
  'knowledge:read',
  'knowledge:write',
  'privacy:write',
  'report:read',
  'site:read',
];
