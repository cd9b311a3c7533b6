/// Two sides of a graph's nodes, those below `left` and the others: pairs are between the two, and each is one pair, whichever
/// end is named first.
///
/// Of a directed graph both sides are its nodes in the same order, as sources and as targets; the pair of a node with itself is
/// then that of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The nodes of the first side.
    pub left: usize,
    /// The nodes of the second.
    pub right: usize,
    /// Whether node `i` and node `left + i` are one and the same.
    pub are_roles: bool,
}

impl Sides {
    /// How many nodes there are as people count them.
    pub fn own_nodes(&self) -> usize {
        if self.are_roles { self.left } else { self.left + self.right }
    }

    /// How many pairs there are, those of nodes with themselves among them.
    pub fn pairs(&self) -> f64 {
        self.left as f64 * self.right as f64
    }

    /// The pairs of nodes with themselves.
    pub fn loops(&self) -> Vec<[u32; 2]> {
        let loops = if self.are_roles { self.left } else { 0 };
        (0..loops as u32).map(|node| [node, node + self.left as u32]).collect()
    }

    /// The node at the other side that is the same, where there is one.
    pub fn twin(&self, node: u32) -> Option<u32> {
        let left = self.left as u32;
        self.are_roles.then(|| if node < left { node + left } else { node - left })
    }
}
