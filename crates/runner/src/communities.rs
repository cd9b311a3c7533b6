//! The overlapping communities that a decoder finds: which nodes belong to each, and how far.

use aevb_data::graph::Graph;
use burn::tensor::Tensor;

use crate::table;

/// Communities and members of one that are told of.
const TOLD: usize = 10;
const MEMBERS_TOLD: usize = 5;

/// How far nodes belong to communities.
#[derive(Clone, Debug, PartialEq)]
pub struct Communities {
    /// `[nodes, count]`
    memberships: Vec<f32>,
    count: usize,
    /// δ: a node belongs to a community from this membership on.
    pub threshold: f64,
}

/// A community.
#[derive(Clone, Debug, PartialEq)]
pub struct Community {
    /// Its number, that of the latent dimension, from 0.
    pub number: usize,
    /// The nodes that belong to it with their memberships, the largest first.
    pub members: Vec<(u32, f32)>,
}

impl Communities {
    /// By memberships `[nodes, communities]` in a graph of which this share of pairs are edges. Two nodes that both belong to a community by δ are
    /// linked by that alone as often as two nodes of the graph are: `δ = √(−ln(1 − density))` (Yang & Leskovec 2013, §4).
    pub(crate) fn of(memberships: Tensor<2>, density: f64) -> Self {
        let [_, count] = memberships.dims();
        let memberships = memberships.into_data().try_into_vec::<f32>().expect("latents are F32");
        Self { memberships, count, threshold: (-(-density.min(0.5)).ln_1p()).sqrt() }
    }

    /// The share of the pairs of a graph, or of those between its sides, that so many edges are.
    pub(crate) fn density(graph: &Graph, edges: usize) -> f64 {
        let pairs = match graph.sides() {
            None => (graph.nodes() as f64).powi(2) / 2.0,
            Some(sides) => sides.left as f64 * sides.right as f64,
        };
        edges.max(1) as f64 / pairs
    }

    /// Those of some of the nodes, in this order, by the same δ.
    #[must_use]
    pub fn select(&self, nodes: &[usize]) -> Self {
        let rows = nodes.iter().flat_map(|&node| &self.memberships[node * self.count..][..self.count]);
        Self { memberships: rows.copied().collect(), ..*self }
    }

    /// Those with members, the largest first.
    pub fn by_size(&self) -> Vec<Community> {
        let community = |number: usize| {
            let all = (0_u32..).zip(self.memberships.iter().skip(number).step_by(self.count));
            let mut members: Vec<(u32, f32)> = all
                .map(|(node, &membership)| (node, membership))
                .filter(|member| self.is_member(member.1))
                .collect();
            members.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
            Community { number, members }
        };
        let mut communities: Vec<Community> = (0..self.count).map(community).collect();
        communities.retain(|community| !community.members.is_empty());
        communities.sort_by_key(|community| (std::cmp::Reverse(community.members.len()), community.number));
        communities
    }

    fn is_member(&self, membership: f32) -> bool {
        f64::from(membership) >= self.threshold
    }

    /// The nodes' memberships from δ on, a row each: node by node, and the largest first.
    pub fn to_table(&self, name: impl Fn(usize) -> String) -> Vec<u8> {
        let mut writer = table::Writer::new(',');
        writer.row(["id", "community", "membership"].map(str::to_owned));
        for (node, row) in self.memberships.chunks_exact(self.count.max(1)).enumerate() {
            let mut of_node: Vec<(usize, f32)> = row
                .iter()
                .copied()
                .enumerate()
                .filter(|(_, membership)| self.is_member(*membership))
                .collect();
            of_node.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
            for (community, membership) in of_node {
                writer.row([name(node), community.to_string(), membership.to_string()]);
            }
        }
        writer.finish()
    }

    /// How many there are and how many nodes belong to them, in a sentence.
    pub fn in_words(&self) -> String {
        let rows = self.memberships.chunks_exact(self.count.max(1));
        let of_nodes: Vec<usize> =
            rows.map(|row| row.iter().filter(|membership| self.is_member(**membership)).count()).collect();
        let (belonging, all): (usize, usize) =
            (of_nodes.iter().filter(|count| **count > 0).count(), of_nodes.iter().sum());
        format!(
            "{} of {} communities have members: {belonging} of {} nodes belong to one at least, to {:.1} of them in the mean, by a \
             membership of δ = {:.4} or more",
            self.by_size().len(),
            self.count,
            of_nodes.len(),
            all as f64 / belonging.max(1) as f64,
            self.threshold
        )
    }

    /// The number, the size and the foremost members of the largest.
    pub fn largest(&self, name: impl Fn(u32) -> String) -> Vec<[String; 3]> {
        let row = |Community { number, members }: Community| {
            let names: Vec<String> = members.iter().take(MEMBERS_TOLD).map(|(node, _)| name(*node)).collect();
            [number.to_string(), members.len().to_string(), names.join(", ")]
        };
        self.by_size().into_iter().take(TOLD).map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    /// A graph of which a quarter of the pairs are edges: δ is √(−ln(3/4)) = 0.536.
    fn communities() -> Communities {
        let memberships = [[1.0, 0.0, 0.6], [0.5, 0.0, 0.7], [2.0, 0.1, 0.0], [0.1, 0.0, 0.2]];
        Communities::of(Tensor::from_floats(memberships, &Device::flex()), 0.25)
    }

    #[test]
    fn nodes_belong_where_their_membership_reaches_the_threshold() {
        let communities = communities();
        assert!((communities.threshold - 0.536_360).abs() < 1e-6, "{}", communities.threshold);
        let found = communities.by_size();
        let expected = [(0, vec![(2, 2.0), (0, 1.0)]), (2, vec![(1, 0.7), (0, 0.6)])];
        assert_eq!(found, expected.map(|(number, members)| Community { number, members }));
        assert_eq!(
            communities.in_words(),
            "2 of 3 communities have members: 3 of 4 nodes belong to one at least, to 1.3 of them in the mean, by a membership of \
             δ = 0.5364 or more"
        );
        assert_eq!(communities.largest(|node| format!("n{node}"))[0], ["0", "2", "n2, n0"]);
        let selected = communities.select(&[3, 2]);
        assert_eq!((selected.threshold, selected.by_size().len()), (communities.threshold, 1));
    }

    #[test]
    fn a_table_has_a_row_for_each_membership() {
        let table = String::from_utf8(communities().to_table(|node| format!("n{node}"))).expect("text");
        assert_eq!(table, "id,community,membership\nn0,0,1\nn0,2,0.6\nn1,2,0.7\nn2,0,2\n");
    }
}
