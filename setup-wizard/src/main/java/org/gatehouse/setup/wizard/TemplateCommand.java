package org.gatehouse.setup.wizard;

import java.io.PrintWriter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import org.gatehouse.setup.wizard.answers.AnswersTemplate;

/** {@code gatehouse setup answers-template}. */
@Command(name = "answers-template", mixinStandardHelpOptions = true, description = "Prints an answers file to start from, every field with its meaning.")
final class TemplateCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(AnswersTemplate.text());
        out.flush();
    }
}
