package org.gatehouse.setup.wizard.console;

import org.gatehouse.setup.wizard.box.BoxClient;
import org.gatehouse.setup.wizard.terminal.Dialogs;

/** One thing that an administrator can do at the box itself. A new one is a class of its own and a line in {@link Menu#ENTRIES}. */
interface MenuEntry {
    /** As it stands in the menu: a few words. */
    String title();

    /** Whether it makes sense only where the operating system is the appliance's. */
    default boolean isForAppliances() {
        return false;
    }

    /**
     * Does it, asking what there is to ask; comes back when it is done or the person wants out.
     *
     * @param box with the session of the person who signed in
     */
    void open(Dialogs dialogs, BoxClient box);
}
