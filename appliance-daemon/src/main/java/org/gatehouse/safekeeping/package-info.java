/**
 * Where backups are brought besides the box's own directory: another disk, a store that speaks S3, a server that speaks SFTP.
 * In: what an admin set up, and a file a day. Out: files there, the newest so many, and files back,
 * and one of them in place of what the box has. Calls {@code store}, {@code machine.update} for files that come in parts, and the forms of
 * {@code governance}.
 */
@NullMarked
package org.gatehouse.safekeeping;

import org.jspecify.annotations.NullMarked;
