<?php
/**
 * The one place that prints what is passed on as it came: an event stream, JSON, a file to be saved, or a whole page under a policy of its own. The
 * caller has sent the headers that say what it is.
 */

declare(strict_types=1);

namespace Aiguy\Rest;

final class Raw_Body {

	public static function print( string $body ): void {
		// phpcs:ignore WordPress.Security.EscapeOutput -- Whole bodies, none of them a part of a page of WordPress.
		echo $body;
	}
}
