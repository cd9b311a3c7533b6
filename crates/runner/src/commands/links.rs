//! `aevb links`: the pairs of nodes that a model or a heuristic holds most likely to be linked, or what it says of given ones.

mod calibration;
mod named;

use aevb_data::graph::heuristics::Heuristic;
use aevb_data::graph::{Graph, SideKind, Sides};
use aevb_models::ranking::AllPairs;

use super::new_file::NewFile;
use super::opened::{OpenedRun, open};
use crate::cli::LinksArguments;
use crate::error::{Error, Result};
use crate::evaluate::{Contest, Queries, contestants};
use crate::experiment::{Experiment, Task};
use crate::links::{
    By, Calibration, Candidates, FEW, Link, Links, Probabilities, Scorer, TableFormat, TwoHop,
    at_most_per_node, require_suited,
};
use crate::node_names::NodeNames;
use crate::output;
use crate::random::Streams;
use crate::train::{self, Messages, NodeLatents};

/// Nodes · edges, of which PageRank from every node takes some hundred million a second.
const MOST_WALKED: usize = 1 << 30;

pub(super) fn run(arguments: &LinksArguments) -> Result<()> {
    let format = match &arguments.out {
        None => TableFormat::Csv,
        Some(out) => TableFormat::of(out)?,
    };
    let out = arguments.out.clone().map(NewFile::at).transpose()?;
    let OpenedRun { folder, experiment, device } =
        open(&arguments.run, arguments.device.as_deref())?.with_checkpoint(arguments.checkpoint)?;
    let model = train::open_graph(&experiment, &device, &folder)?;
    let mut nodes = model.nodes(Messages::Training)?;
    train::caution_of(&folder)?.iter().for_each(|caution| note(caution));
    let train = nodes.split.train_graph(&nodes.graph);
    let names = arguments.names.as_deref().map(|names| NodeNames::read(names, &nodes.graph)).transpose()?;
    let names = names.map(|(names, notes)| {
        notes.iter().for_each(|line| note(line));
        names
    });
    // Before anything is ranked, which may take long.
    let named = Named::of(arguments, &nodes.graph)?;
    let heuristic = choose(arguments.by, &experiment, &nodes, &train)?;
    if arguments.all_edges {
        note(
            "along all edges scores are others than those of the validation edges, so there are no probabilities",
        );
        nodes = model.nodes(Messages::All)?;
    }
    if arguments.candidates != Candidates::All && heuristic.is_some() {
        let problem = "--candidates: is of the pairs that a model scores, and a heuristic ranks the links";
        if arguments.by.is_some_and(|by| by.heuristic().is_some()) {
            return Err(Error::usage(problem).with_hint("leave it out, or take --by model"));
        }
        note(&format!("{problem}, exactly; --by model takes the model"));
    }
    let scorer = match heuristic {
        None => Scorer::Model(nodes.scores.all.all()?),
        Some(heuristic) if arguments.all_edges => Scorer::Heuristic(heuristic, &nodes.graph),
        Some(heuristic) => Scorer::Heuristic(heuristic, &train),
    };
    if arguments.calibration {
        return calibration::print(&scorer, &nodes, &train, arguments.json);
    }
    if arguments.candidates == Candidates::TwoHop
        && let Some(Sides { kind: SideKind::Bipartite, .. }) = nodes.graph.sides()
    {
        let problem = "--candidates two-hop: two nodes on different sides of a bipartite graph have no common neighbour";
        return Err(Error::usage(problem)
            .with_hint("take --candidates all, which scores the pairs between the sides alone"));
    }
    let streams = Streams::new(experiment.seed);
    let seen = if arguments.all_edges { &nodes.graph } else { &train };
    let two_hop = (arguments.candidates == Candidates::TwoHop).then(|| TwoHop::of(seen));
    let found = find(arguments, named, &scorer, two_hop.as_ref(), (&nodes, &train), streams)?;
    let calibration = match arguments.all_edges || found.is_empty() {
        true => None,
        false => calibrate(arguments.probabilities, &scorer, two_hop.as_ref(), &nodes, &train),
    };
    let links = Links::new(&nodes, &train, heuristic.is_none(), found)
        .with_probabilities(calibration.as_ref())
        .with_names(names.as_ref());
    if calibration.is_some() && arguments.exclude_known {
        note(
            "held_out_probability is of all pairs that score so and are no training edges; those listed here are not in the \
             graph, so none of them is held out",
        );
    }
    match out {
        _ if arguments.json => output::print_json(&links.to_json())?,
        None => output::print(&String::from_utf8_lossy(&links.to_file(format)))?,
        Some(file) => file.write(&links.to_file(format))?,
    }
    let (known, all) = (links.known(), links.len());
    if 2 * known > all && arguments.pairs.is_none() && !arguments.exclude_training {
        note(&format!(
            "{known} of these {all} links are edges that the graph has; --exclude-known leaves them out"
        ));
    }
    Ok(())
}

fn note(text: &str) {
    output::message(&format!("note: {text}"));
}

/// The heuristic that ranks the links, or none where the model does.
fn choose(
    by: Option<By>,
    experiment: &Experiment,
    nodes: &NodeLatents,
    train: &Graph,
) -> Result<Option<Heuristic>> {
    let is_own = matches!(&experiment.task, Task::Graph { data, .. } if data.edges.is_some());
    let by = by.unwrap_or(if is_own { By::Auto } else { By::Model });
    if by != By::Auto {
        by.heuristic().map_or(Ok(()), |heuristic| require_suited(heuristic, train, "--by"))?;
        return Ok(by.heuristic());
    }
    let contest =
        Contest::of(&nodes.scores, &contestants(train), train, &nodes.split, Queries::of(experiment))?;
    output::message(&By::chosen(&contest));
    Ok(contest.winner().map(|winner| winner.heuristic))
}

/// What scores are worth, unless that takes too long or no edge tells it; with a note where few do.
fn calibrate(
    wanted: Probabilities,
    scorer: &Scorer<'_>,
    two_hop: Option<&TwoHop<'_>>,
    nodes: &NodeLatents,
    train: &Graph,
) -> Option<Calibration> {
    let two_hop = of_model(scorer, two_hop);
    if let Some(reason) = wanted.refusal(scorer, two_hop.map(|(two_hop, _)| two_hop)) {
        if wanted == Probabilities::Auto {
            note(&format!("there are no probabilities: {reason}"));
        }
        return None;
    }
    if let Scorer::Heuristic(Heuristic::PersonalisedPageRank, _) = scorer
        && train.nodes().saturating_mul(train.edge_count()) > MOST_WALKED
    {
        note(&format!(
            "there are no probabilities: to calibrate personalised PageRank takes a walk from each of {} nodes",
            train.nodes()
        ));
        return None;
    }
    let is_scored = |pair: &&[u32; 2]| two_hop.is_none_or(|(two_hop, _)| two_hop.has(**pair));
    let held_out = &match scorer {
        Scorer::Model(_) => nodes.scores.judging().edges,
        Scorer::Heuristic(..) => nodes.split.validation.edges.clone(),
    };
    match held_out.iter().filter(is_scored).count() {
        0 => {
            let reason = match held_out.len() {
                0 => "no edge is held out for validation".to_owned(),
                edges => format!(
                    "of {} none has ends with a common neighbour, and such pairs alone are scored; --candidates all has \
                     those of all pairs",
                    in_words(edges, "validation edge")
                ),
            };
            note(&format!("there are no probabilities: {reason}"));
            return None;
        }
        edges @ 1..FEW => {
            let (are, edges) = (if edges == 1 { "is" } else { "are" }, in_words(edges, "validation edge"));
            note(&format!(
                "held_out_probability cannot be relied on: {edges} {are} too few for probabilities. --calibration says how far \
                 they are off; train with a larger split.validation for better ones"
            ));
        }
        _ => {}
    }
    match two_hop {
        Some((two_hop, products)) => Calibration::among(two_hop, products, &nodes.split, held_out),
        None => Calibration::of(scorer, &nodes.split, held_out),
    }
}

/// The pairs that a model scores, where they are not all, and the model.
fn of_model<'s>(
    scorer: &'s Scorer<'_>,
    two_hop: Option<&'s TwoHop<'s>>,
) -> Option<(&'s TwoHop<'s>, &'s AllPairs<'s>)> {
    match scorer {
        Scorer::Model(products) => two_hop.map(|two_hop| (two_hop, products)),
        Scorer::Heuristic(..) => None,
    }
}

/// The nodes or pairs that were asked for by name.
struct Named {
    pairs: Option<Vec<[u32; 2]>>,
    sources: Option<Vec<u32>>,
}

impl Named {
    fn of(arguments: &LinksArguments, graph: &Graph) -> Result<Self> {
        let pairs = arguments.pairs.as_deref().map(|path| named::pairs(path, graph)).transpose()?;
        let sources = arguments.nodes.as_deref().map(|nodes| named::sources(nodes, graph)).transpose()?;
        Ok(Self { pairs, sources })
    }
}

fn find(
    arguments: &LinksArguments,
    named: Named,
    scorer: &Scorer<'_>,
    two_hop: Option<&TwoHop<'_>>,
    (nodes, train): (&NodeLatents, &Graph),
    streams: Streams,
) -> Result<Vec<Link>> {
    let graph = &nodes.graph;
    if let Some(pairs) = named.pairs {
        let scores = scorer.scores(&pairs);
        return Ok(pairs.into_iter().zip(scores).map(|(pair, score)| Link { pair, score }).collect());
    }
    let excluded = |node: u32| match () {
        () if arguments.exclude_known => graph.neighbours(node),
        () if arguments.exclude_training => train.neighbours(node),
        () => &[],
    };
    let top = arguments.top as usize;
    if let Some(sources) = named.sources {
        let mut found = scorer.best_partners(&sources, top, excluded);
        if graph.sides().is_some() {
            // As all links are: from the first side to the second, of a directed graph from source to target.
            found.iter_mut().for_each(|link| link.pair.sort_unstable());
        }
        return Ok(told(scorer, top.saturating_mul(sources.len()), found));
    }
    warn_of_walks(scorer);
    let two_hop = of_model(scorer, two_hop);
    if let Some((two_hop, products)) = two_hop {
        two_hop.note().iter().for_each(|line| note(line));
        let recall = two_hop.recall(products, graph.nodes(), excluded, streams);
        recall.iter().for_each(|line| output::message(line));
    }
    let best = |count: usize| match two_hop {
        Some((two_hop, products)) => two_hop.best_pairs(products, count, excluded),
        None => scorer.best_pairs(count, excluded),
    };
    let Some(limit) = arguments.most_per_node else { return Ok(told(scorer, top, best(top))) };
    let own = |node: u32| node % graph.own_nodes() as u32;
    let (found, is_cut) = at_most_per_node(limit as usize, top, own, best);
    if found.len() < top {
        let links = in_words(found.len(), "link");
        let of = if is_cut { " of the ten million best pairs" } else { "" };
        note(&format!("--most-per-node {limit} leaves {links}{of}, fewer than the {top} of --top"));
    }
    Ok(found)
}

/// `1 link`, or `2 links`.
fn in_words(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The links that were found, with a word where a heuristic found fewer than were wanted.
fn told(scorer: &Scorer<'_>, wanted: usize, found: Vec<Link>) -> Vec<Link> {
    if found.len() < wanted && matches!(scorer, Scorer::Heuristic(..)) {
        let (links, are) = (in_words(found.len(), "link"), if found.len() == 1 { "is" } else { "are" });
        note(&format!("{links} {are} all that there are: {} is 0 for every other pair", scorer.name()));
    }
    found
}

/// What takes long is told before.
fn warn_of_walks(scorer: &Scorer<'_>) {
    if let Scorer::Heuristic(Heuristic::PersonalisedPageRank, graph) = scorer
        && graph.nodes().saturating_mul(graph.edge_count()) > MOST_WALKED / 8
    {
        note(&format!(
            "personalised PageRank of all pairs takes a walk from each of {} nodes; --for NODE walks from one",
            graph.nodes()
        ));
    }
}
