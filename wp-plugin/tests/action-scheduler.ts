// Stands in for Action Scheduler, which can't be had here: what it has planned is kept in an option, and nothing runs by itself. As in the library, nothing
// can be asked before action_scheduler_init, what is running is neither cancelled nor given a time, and a group can be cancelled without a hook.

export type Planned = { time: number; hook: string; group: string; status: 'pending' | 'in-progress' };

/** Source of a must-use plugin. */
export const actionSchedulerDouble = `<?php
function as_played( callable $change ): void {
	update_option( 'planned', array_values( $change( get_option( 'planned', array() ) ) ) );
}
function as_played_ready( string $name ): bool {
	if ( ! did_action( 'action_scheduler_init' ) ) {
		throw new LogicException( "$name before action_scheduler_init" );
	}
	return true;
}
function as_played_fits( array $one, $hook, $args, $group, string $status ): bool {
	return $status === $one['status'] && ( '' === $hook || $hook === $one['hook'] ) && ( null === $args || $args === $one['args'] ) && ( '' === $group || $group === $one['group'] );
}
function as_schedule_single_action( $timestamp, $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {
	as_played_ready( __FUNCTION__ );
	if ( ! is_int( $timestamp ) || ! is_string( $hook ) || '' === $hook || ! is_array( $args ) || ! is_string( $group ) ) {
		throw new TypeError( 'time, hook, arguments, group' );
	}
	as_played( fn( $all ) => array( ...$all, array( 'time' => $timestamp, 'hook' => $hook, 'args' => $args, 'group' => $group, 'status' => 'pending' ) ) );
	return count( get_option( 'planned' ) );
}
function as_next_scheduled_action( $hook, $args = null, $group = '' ) {
	as_played_ready( __FUNCTION__ );
	$with  = fn( string $status ) => array_filter( get_option( 'planned', array() ), fn( $one ) => as_played_fits( $one, $hook, $args, $group, $status ) );
	$times = array_column( $with( 'pending' ), 'time' );
	return $with( 'in-progress' ) ? true : ( $times ? min( $times ) : false );
}
function as_unschedule_all_actions( $hook, $args = array(), $group = '' ) {
	as_played_ready( __FUNCTION__ );
	if ( '' === $hook && '' === $group ) {
		throw new LogicException( 'neither hook nor group' );
	}
	$any = array() === $args && ( '' === $hook || '' === $group ) ? null : $args;
	as_played( fn( $all ) => array_filter( $all, fn( $one ) => ! as_played_fits( $one, $hook, $any, $group, 'pending' ) ) );
}
add_action( 'init', fn() => do_action( 'action_scheduler_init' ), 1 );`;
