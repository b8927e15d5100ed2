<?php
/**
 * Who of the site's people may do what. Nothing is stored: a role that may manage options has all, one that may edit others' posts or run the shop reads and answers conversations.
 */

declare(strict_types=1);

namespace Aiguy\Staff;

final class Capabilities {

	public const MANAGE = 'aiguy_manage';
	public const VIEW   = 'aiguy_view_conversations';
	public const REPLY  = 'aiguy_reply';

	public function add_hooks(): void {
		add_filter( 'user_has_cap', $this->grant( ... ) );
	}

	/**
	 * @param array<string, bool> $capabilities Of the user; a role that names one of ours itself keeps its word.
	 * @return array<string, bool>
	 */
	private function grant( array $capabilities ): array {
		$has     = static fn( string ...$names ): bool => array() !== array_filter( $names, static fn( string $name ): bool => ! empty( $capabilities[ $name ] ) );
		$granted = array(
			self::MANAGE => $has( 'manage_options' ),
			self::VIEW   => $has( 'manage_options', 'edit_others_posts', 'manage_woocommerce' ),
			self::REPLY  => $has( 'manage_options', 'edit_others_posts', 'manage_woocommerce' ),
		);
		/**
		 * Filters which of AIGuy's capabilities a user has.
		 *
		 * @since 0.1.0
		 *
		 * @param array<string, bool> $granted      aiguy_manage, aiguy_view_conversations, aiguy_reply.
		 * @param array<string, bool> $capabilities All of the user.
		 */
		$granted = array_intersect_key( (array) apply_filters( 'aiguy_capabilities', $granted, $capabilities ), $granted );
		return $capabilities + array_map( boolval( ... ), $granted );
	}
}
