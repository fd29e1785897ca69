package org.gatehouse.setup.wizard.console;

import org.gatehouse.setup.wizard.box.BoxClient;
import org.gatehouse.setup.wizard.question.Steps;
import org.gatehouse.setup.wizard.terminal.Dialogs;
import org.gatehouse.setup.wizard.terminal.StepDialog;

/**
 * A step of set-up that is answered again: what was wrong with the network can only be put right here.
 *
 * @param step its name in the set-up API
 */
record StepEntry(String title, String step) implements MenuEntry {

    @Override
    public void open(Dialogs dialogs, BoxClient box) {
        Steps.named(step).ifPresent(known -> new StepDialog(dialogs, box.steps()).run(known, 1, 1));
    }
}
