package org.gatehouse.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import picocli.CommandLine;

/**
 * Every command that works through the admin API. Add each to the program's root with
 * {@code root.addSubcommand(line.getCommandName(), line)}.
 */
public final class AdminCommands {
    private AdminCommands() {}

    /** The commands, reading defaults from this process's environment. */
    public static List<CommandLine> all() {
        return all(System.getenv());
    }

    /** {@code code}, for the command {@code setup}: a fresh claim code, asked on the box itself. */
    public static CommandLine setupCode() {
        return SystemCommands.setupCode(System.getenv());
    }

    static List<CommandLine> all(Map<String, String> environment) {
        List<CommandLine> all = new ArrayList<>();
        for (CliNoun noun : CliNouns.all()) {
            CommandLine line = new NounCommands(noun, environment).commandLine();
            if ("keys".equals(noun.name())) {
                KeyCommands.addTo(line, environment);
            } else if ("users".equals(noun.name())) {
                PeopleCommands.addToUsers(line, environment);
            } else if ("sign-on".equals(noun.name())) {
                PeopleCommands.addToSignOn(line, environment);
            } else if ("upstreams".equals(noun.name())) {
                line.addSubcommand("test", SystemCommands.testUpstream(environment));
            }
            all.add(line);
        }
        all.add(PeopleCommands.sessions(environment));
        all.add(TokenCommands.all(environment));
        all.add(AccessRequestCommands.requests(environment));
        all.add(AccessRequestCommands.catalogue(environment));
        all.add(AlertCommands.alerts(environment));
        all.add(AlertCommands.rules(environment));
        all.add(AlertCommands.destinations(environment));
        all.add(DeploymentCommands.deployments(environment));
        all.add(RouteCommands.routes(environment));
        all.add(SystemCommands.settings(environment));
        all.add(DeclarationCommands.apply(environment));
        all.add(DeclarationCommands.export(environment));
        all.add(UsageCommand.usage(environment));
        all.add(CacheCommands.cache(environment));
        all.add(BatchCommands.batches(environment));
        all.add(GpuCommands.gpus(environment));
        all.add(ModelStoreCommands.modelStore(environment));
        all.add(AuditCommands.audit(environment));
        all.add(SystemCommands.backup(environment));
        all.add(SystemCommands.supportBundle(environment));
        all.add(UpdateCommands.all(environment));
        all.add(LayerCommands.all(environment));
        all.add(SystemCommands.restart(environment));
        all.add(MachineCommands.all(environment));
        all.add(EncryptionCommands.all(environment));
        all.add(DiskCommands.all(environment));
        all.add(BackupTargetCommands.all(environment));
        all.add(CertificateCommands.all(environment));
        all.add(SystemCommands.status(environment));
        return List.copyOf(all);
    }
}
