"""How good the models are on duplicates that they have not seen."""

import numpy as np
from baseline import PairClassifier
from head import centroids_of, fit_head, fit_scale
from metrics import best_threshold, calibration_error, ranking_figures, separation
from scipy.special import softmax
from splitting import labelled, split

# The least mean cosine between the vectors of the int8 and of the float32 encoder.
LEAST_AGREEMENT = 0.99
# data/README.md: duplicates from this number on are worded plainly, the ones before obliquely.
FIRST_PLAIN_ID = 30001


def evaluate(faq, no_match, embedder, precise, with_baseline):
    """The figures of the split: rows of the ranking by model, no match, counts (see `table`).

    embedder, precise: the int8 encoder, and the float32 one to compare it with.
    """
    learnt, held_out = split(faq)
    texts, columns = labelled([o.examples(d) for o, d in zip(faq, learnt)])
    questions, truth = labelled([[duplicate.text for duplicate in d] for d in held_out])
    plain = np.array([duplicate.id >= FIRST_PLAIN_ID for d in held_out for duplicate in d])
    examples, asked = embedder.embed(texts), embedder.embed(questions)
    precise_head, precise_asked = fit_head(precise.embed(texts), columns), precise.embed(questions)

    centroids = centroids_of(examples, columns)
    cosines = asked @ centroids.T
    scores = {
        "head (shipped)": fit_head(examples, columns).predict_proba(asked),
        "head on the float32 encoder": precise_head.predict_proba(precise_asked),
        "head with Platt's sigmoid": fit_head(examples, columns, "sigmoid").predict_proba(asked),
        "centroids alone": softmax(cosines * fit_scale(examples, columns), axis=1),
    }
    if with_baseline:
        scores["TF-IDF + LightGBM on pairs"] = _baseline_scores(faq, learnt, questions)
    return {
        "rows": {name: _row(score, truth, plain) for name, score in scores.items()},
        "counts": {"originals": len(faq), "held out": len(truth), "plain": int(plain.sum())},
        "agreement": _agreement(asked, precise_asked),
        **_no_match_figures(cosines.max(axis=1), no_match, embedder, centroids),
    }


def _baseline_scores(faq, learnt, questions):
    texts, truth = labelled([[duplicate.text for duplicate in d] for d in learnt])
    return PairClassifier([original.text for original in faq], texts, truth).score(questions)


def _row(score, truth, plain):
    is_distribution = np.allclose(score.sum(axis=1), 1, atol=1e-3)
    return {
        "all": ranking_figures(score, truth),
        "plain": ranking_figures(score[plain], truth[plain]),
        "oblique": ranking_figures(score[~plain], truth[~plain]),
        "ECE": calibration_error(score, truth) if is_distribution else None,
    }


def _agreement(vectors, precise):
    cosines = (vectors * precise).sum(axis=1)
    if cosines.mean() < LEAST_AGREEMENT:
        raise RuntimeError(f"the int8 encoder strays: cosine {cosines.mean():.4f} to float32")
    return {"mean": float(cosines.mean()), "least": float(cosines.min())}


def _no_match_figures(matching, no_match, embedder, centroids):
    """The threshold of the top cosine and what it does.

    Chosen on every other held-out question and no-match text by Youden's J; the shares are
    those of the other halves.
    """
    tops = (embedder.embed([text for text, _ in no_match]) @ centroids.T).max(axis=1)
    far = np.array([distance == "far" for _, distance in no_match])
    threshold = round(best_threshold(matching[::2], tops[::2]), 3)
    reported, reported_far = tops[1::2], far[1::2]
    return {
        "threshold": threshold,
        "AUROC": {
            "all": separation(matching, tops),
            "far": separation(matching, tops[far]),
            "near": separation(matching, tops[~far]),
        },
        "wrongly_unanswered": float((matching[1::2] < threshold).mean()),
        "wrongly_answered": {
            "far": float((reported[reported_far] >= threshold).mean()),
            "near": float((reported[~reported_far] >= threshold).mean()),
        },
    }


def table(figures):
    """The figures as Markdown."""
    counts = figures["counts"]
    lines = [
        f"{counts['held out']} held-out duplicates ({counts['plain']} worded plainly, the others "
        f"obliquely) of {counts['originals']} originals:",
        "",
        "| Model | Acc@1 | Acc@2 | Acc@3 | MRR | plain: Acc@1 / 3 | oblique: Acc@1 / 3 | ECE |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in figures["rows"].items():
        cells = [f"{row['all'][key]:.3f}" for key in ("Acc@1", "Acc@2", "Acc@3", "MRR")]
        cells += [f"{row[k]['Acc@1']:.3f} / {row[k]['Acc@3']:.3f}" for k in ("plain", "oblique")]
        cells.append("" if row["ECE"] is None else f"{row['ECE']:.3f}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    agreement, auroc = figures["agreement"], figures["AUROC"]
    answered = figures["wrongly_answered"]
    lines += [
        "",
        f"No match, by the top cosine: AUROC {auroc['all']:.3f} (far topics {auroc['far']:.3f}, "
        f"other programming {auroc['near']:.3f}). At the threshold {figures['threshold']} "
        f"{figures['wrongly_unanswered']:.1%} of the held-out duplicates go unanswered, and "
        f"{answered['far']:.1%} of far and {answered['near']:.1%} of near questions without a "
        "match are answered.",
        "",
        f"Cosine between the vectors of the int8 and the float32 encoder: {agreement['mean']:.4f} "
        f"on average, {agreement['least']:.4f} at least.",
    ]
    return "\n".join(lines)
