package org.gatehouse.admin;

import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Price;
import org.gatehouse.governance.snapshot.TargetTerms;
import org.gatehouse.governance.snapshot.Upstream;

/** The catalogue as the admin API shows it. Stateless. */
final class CatalogueViews {
    private CatalogueViews() {}

    /** All models. */
    record Catalogue(@About("The models, by name.") List<CatalogueModel> models,
            @About("The projects that it was made for: your own, or the one that was named.") List<CatalogueProject> projects) {}

    /** A project whose view the catalogue takes. */
    record CatalogueProject(@About("Its id.") UUID id, @About("Its department's name.") String department,
            @About("Its name.") String name) {}

    /** A model. */
    record CatalogueModel(@About("What clients ask for.") String name,
            @About("What it can be called on; [\"*\"] means everything.") List<String> surfaces,
            @About("The longest prompt and reply together, in tokens.") int contextTokens,
            @About("The longest reply, in tokens.") int maxOutputTokens,
            @About("What it can do, somewhere at least.") CatalogueAbilities abilities,
            @About("Whether its calls never leave this box.") boolean stays,
            @About("Where its calls may go, the first choice first.") List<CataloguePlace> places,
            @About("How each of the projects stands to it.") List<CatalogueAccess> access) {}

    /** What a model can do. */
    record CatalogueAbilities(@About("Whether it calls tools.") boolean tools,
            @About("Whether it sees pictures.") boolean vision,
            @About("Whether its answer keeps to a JSON schema.") boolean schema,
            @About("Whether it hears.") boolean audio) {

        static CatalogueAbilities of(List<ModelRoute.Target> targets) {
            List<TargetTerms.Abilities> all = targets.stream().map(target -> target.terms().abilities()).toList();
            return new CatalogueAbilities(all.stream().anyMatch(TargetTerms.Abilities::tools),
                    all.stream().anyMatch(TargetTerms.Abilities::vision),
                    all.stream().anyMatch(TargetTerms.Abilities::schema),
                    all.stream().anyMatch(TargetTerms.Abilities::audio));
        }
    }

    /** Where calls may go. */
    record CataloguePlace(@About("Whether that is this box.") boolean local,
            @About("What kind of provider or engine it is.") String provider,
            @About("The region in which it works; null when nobody said, or when it is this box.") @Nullable String region,
            @About("Whether its answers are simulated.") boolean simulated,
            @About("What it costs there; null when nothing is charged.") @Nullable CataloguePrice price) {

        static CataloguePlace of(ModelRoute.Target target, @Nullable Price price) {
            Upstream upstream = target.upstream();
            return new CataloguePlace(upstream.local(), upstream.kind().id(), region(target), upstream.simulated(),
                    price == null ? null : CataloguePrice.of(price));
        }

        static @Nullable String region(ModelRoute.Target target) {
            if (target.upstream().local()) {
                return null;
            }
            String own = target.terms().region();
            return own == null ? target.upstream().region() : own;
        }
    }

    /** What a model costs; what is null is not charged. */
    record CataloguePrice(@About("ISO 4217 code.") String currency,
            @About("Per 1,000,000 input tokens.") @Nullable BigDecimal inputPerMillion,
            @About("Per 1,000,000 output tokens.") @Nullable BigDecimal outputPerMillion,
            @About("Per 1,000,000 input tokens read from the upstream's cache.") @Nullable BigDecimal cachedInputPerMillion,
            @About("Per second of audio.") @Nullable BigDecimal perSecond,
            @About("Per picture made.") @Nullable BigDecimal perImage,
            @About("Per 1,000,000 characters spoken.") @Nullable BigDecimal perMillionCharacters,
            @About("Per call that reached it.") @Nullable BigDecimal perCall) {

        static CataloguePrice of(Price price) {
            return new CataloguePrice(price.currency(), price.inputPerMillion(), price.outputPerMillion(),
                    price.cachedInputPerMillion(), price.perSecond(), price.perImage(), price.perMillionCharacters(),
                    price.perCall());
        }
    }

    /** How a project stands to a model. */
    record CatalogueAccess(@About("The project.") UUID projectId,
            @About("Whether keys of it may use the model.") boolean allowed,
            @About("Your keys in it that can use the model now.") List<CatalogueKey> keys,
            @About("Your keys in it that can't, though they could be asked for.") List<CatalogueKey> others,
            @About("The request for it that nobody has decided about yet.") @Nullable UUID pending) {}

    /** A key. */
    record CatalogueKey(@About("Its id.") UUID id, @About("Its name.") String name) {}
}
