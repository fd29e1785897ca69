/**
 * Whether the appliance's data are encrypted, and the recovery key that opens them where the TPM does not. In: wishes about the key.
 * Out: how it stands, from what the initial RAM disk wrote down; the key itself, from the agent alone. Calls the agent.
 */
@NullMarked
package org.gatehouse.machine.encryption;

import org.jspecify.annotations.NullMarked;
