//! The sets themselves: addresses, sizes and checksums.

use super::{Content, Dataset, RemoteFile};

const PLANETOID: &str = "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data/";
const MNIST: &str = "https://ossci-datasets.s3.amazonaws.com/mnist/";
const MNIST_BINARIZED: &str = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/";
const FREY: &str = "https://cs.nyu.edu/~roweis/data/";
const SNAP: &str = "https://snap.stanford.edu/data/";

const PLANETOID_LICENCE: &str = "MIT for Planetoid's repository; the citation data of LINQS state no licence";
const SEN: &str = "Sen et al., Collective classification in network data, AI Magazine 29, 2008; \
    Yang et al., Revisiting semi-supervised learning with graph embeddings, ICML 2016";
const LECUN: &str =
    "LeCun et al., Gradient-based learning applied to document recognition, Proc. IEEE 86, 1998";

/// A file known to the byte.
const fn file(base: &'static str, name: &'static str, bytes: u64, sha256: &'static str) -> RemoteFile {
    RemoteFile { name, base, bytes, sha256, unpacked: false, plain_sha256: None }
}

/// A packed file known to the byte, and its text, which may lie there in its place.
const fn packed(
    base: &'static str,
    name: &'static str,
    bytes: u64,
    sha256: &'static str,
    plain_sha256: &'static str,
) -> RemoteFile {
    RemoteFile { plain_sha256: Some(plain_sha256), ..file(base, name, bytes, sha256) }
}

/// A file known by its text, plain or packed.
const fn text(base: &'static str, name: &'static str, bytes: u64, sha256: &'static str) -> RemoteFile {
    RemoteFile { unpacked: true, ..file(base, name, bytes, sha256) }
}

pub(super) static ALL: [Dataset; 10] = [
    Dataset {
        name: "cora",
        title: "citations among 2708 papers on machine learning; part of the program",
        content: Content::EmbeddedGraph,
        folder: "cora",
        files: &[],
        licence: "none stated",
        citation: SEN,
    },
    Dataset {
        name: "cora-planetoid",
        title: "the same graph from Planetoid's files, to compare",
        content: Content::Planetoid("cora"),
        folder: "planetoid",
        files: &CORA,
        licence: PLANETOID_LICENCE,
        citation: SEN,
    },
    Dataset {
        name: "citeseer",
        title: "citations among 3327 papers on computer science",
        content: Content::Planetoid("citeseer"),
        folder: "planetoid",
        files: &CITESEER,
        licence: PLANETOID_LICENCE,
        citation: SEN,
    },
    Dataset {
        name: "pubmed",
        title: "citations among 19717 papers on diabetes",
        content: Content::Planetoid("pubmed"),
        folder: "planetoid",
        files: &PUBMED,
        licence: PLANETOID_LICENCE,
        citation: "Namata et al., Query-driven active surveying for collective classification, MLG 2012; \
            Yang et al., Revisiting semi-supervised learning with graph embeddings, ICML 2016",
    },
    Dataset {
        name: "ca-astroph",
        title: "joint papers of 18772 authors in astrophysics",
        content: Content::EdgeList,
        folder: "graphs/snap",
        files: &CA_ASTROPH,
        licence: "none stated; SNAP asks for citation",
        citation: "Leskovec, Kleinberg and Faloutsos, Graph evolution, ACM TKDD 1, 2007",
    },
    Dataset {
        name: "email-enron",
        title: "mail among 36692 addresses at Enron",
        content: Content::EdgeList,
        folder: "graphs/snap",
        files: &EMAIL_ENRON,
        licence: "none stated; SNAP asks for citation",
        citation: "Leskovec et al., Community structure in large networks, Internet Mathematics 6, 2009",
    },
    Dataset {
        name: "mnist-5k",
        title: "5000 of MNIST's digits, 28 x 28, grey; part of the program",
        content: Content::EmbeddedImages,
        folder: "mnist-5k",
        files: &[],
        licence: "usually stated as CC BY-SA 3.0",
        citation: LECUN,
    },
    Dataset {
        name: "mnist",
        title: "70000 handwritten digits, 28 x 28, grey",
        content: Content::Images,
        folder: "mnist",
        files: &MNIST_FILES,
        licence: "usually stated as CC BY-SA 3.0",
        citation: LECUN,
    },
    Dataset {
        name: "mnist-binarized",
        title: "MNIST made binary once and for all, without labels",
        content: Content::Images,
        folder: "mnist-binarized",
        files: &MNIST_BINARIZED_FILES,
        licence: "none stated; derived from MNIST",
        citation: "Larochelle and Murray, The neural autoregressive distribution estimator, AISTATS 2011",
    },
    Dataset {
        name: "frey",
        title: "1965 pictures of one face, 28 x 20, grey",
        content: Content::Images,
        folder: "freyface",
        files: &FREY_FILES,
        licence: "none stated; widely used for research",
        citation: "Roweis, Saul and Hinton, Global coordination of local linear models, NIPS 2001",
    },
];

static CORA: [RemoteFile; 8] = [
    file(PLANETOID, "ind.cora.x", 22119, "23cfa55d91c6f624233f5eb7b6e3f141f1bd2b2ae39608a63cf5d084bb27baab"),
    file(PLANETOID, "ind.cora.y", 4054, "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1"),
    file(
        PLANETOID,
        "ind.cora.tx",
        148025,
        "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a",
    ),
    file(PLANETOID, "ind.cora.ty", 28135, "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad"),
    file(
        PLANETOID,
        "ind.cora.allx",
        257305,
        "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543",
    ),
    file(
        PLANETOID,
        "ind.cora.ally",
        47959,
        "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71",
    ),
    file(
        PLANETOID,
        "ind.cora.graph",
        59847,
        "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d",
    ),
    file(
        PLANETOID,
        "ind.cora.test.index",
        5000,
        "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875",
    ),
];

static CITESEER: [RemoteFile; 8] = [
    file(
        PLANETOID,
        "ind.citeseer.x",
        31087,
        "d20de19150741e555de0ed037195630fc194114ebc7fd72ced62810148aa22f6",
    ),
    file(
        PLANETOID,
        "ind.citeseer.y",
        3014,
        "8ba87e515d8e3ee3cf52f6d2c5b86aa73f11ecad825a808455209ec26cd54924",
    ),
    file(
        PLANETOID,
        "ind.citeseer.tx",
        260321,
        "539a8906a2da97628d212f2fdd668c109a8b3f0d36574b59e5d3fd5b5303da21",
    ),
    file(
        PLANETOID,
        "ind.citeseer.ty",
        24135,
        "55e5bd1ba1e733a04598753ad1a8d57957f4b8f89e74519f41f4f4938767e4ce",
    ),
    file(
        PLANETOID,
        "ind.citeseer.allx",
        595021,
        "2ac30345d95c9ec933a817ee0bdd6a5f077f8c184a20e696910192d534414668",
    ),
    file(
        PLANETOID,
        "ind.citeseer.ally",
        55623,
        "f704b2d986dde6c2669934de1f3ae5696a6cf9455c0f6b2646a2d135ea0a1c95",
    ),
    file(
        PLANETOID,
        "ind.citeseer.graph",
        61987,
        "d79a4ef9d3e7169aee8946145f6b7306e35bc79bffad26346cfb94e10e9912a7",
    ),
    file(
        PLANETOID,
        "ind.citeseer.test.index",
        5000,
        "2af990671580b6b2df5d158d1038f8292e30c9cd821b5453f399659b25b723d4",
    ),
];

static PUBMED: [RemoteFile; 8] = [
    file(
        PLANETOID,
        "ind.pubmed.x",
        23172,
        "fbe9cb5c47200d1b7769a26e579be3b7130b556831f9d850e77c4c74f2599b33",
    ),
    file(PLANETOID, "ind.pubmed.y", 854, "e6c807633307a07ed659249006536a147c7999c797f11a2560752990181b41b3"),
    file(
        PLANETOID,
        "ind.pubmed.tx",
        405505,
        "4eb5f5d0f30f26497eb0ac6ac9719d09c67e284f1ed0385c93f3ef27a671da3d",
    ),
    file(
        PLANETOID,
        "ind.pubmed.ty",
        12135,
        "ee2e0d4819d9fbcc403689c3bf2e49face401b605932f093bc58ab6461130fdd",
    ),
    file(
        PLANETOID,
        "ind.pubmed.allx",
        7578385,
        "508e538e2abdccdd54c4d3e9f49d638b4af7107d85845f66ddea5a5152658b7e",
    ),
    file(
        PLANETOID,
        "ind.pubmed.ally",
        224739,
        "0c37bbe3b5014ec365e9d393cf4791925e5ed94fb194305d74f064a8d7b50f0e",
    ),
    file(
        PLANETOID,
        "ind.pubmed.graph",
        471808,
        "5b89f0036ca22909471f1e6558eb42fa06e0c730a577bde5b058b40638f81dc9",
    ),
    file(
        PLANETOID,
        "ind.pubmed.test.index",
        6000,
        "b101d421688bbaecbd82e8a18f1e282378d6830f3a37666f28ebc47f844341b5",
    ),
];

static CA_ASTROPH: [RemoteFile; 1] = [text(
    SNAP,
    "ca-AstroPh.txt.gz",
    1453526,
    "bd3e40ba69bfccc0b3d8a0b14f877ae6d034b841b7b782955963df0b402d5db7",
)];

static EMAIL_ENRON: [RemoteFile; 1] = [text(
    SNAP,
    "email-Enron.txt.gz",
    1054970,
    "ea392d7a4cc24e0d43c16b078939e92aeb2950b6bbb14605dd31856a27273a82",
)];

static MNIST_FILES: [RemoteFile; 4] = [
    packed(
        MNIST,
        "train-images-idx3-ubyte.gz",
        9912422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    packed(
        MNIST,
        "train-labels-idx1-ubyte.gz",
        28881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    packed(
        MNIST,
        "t10k-images-idx3-ubyte.gz",
        1648877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    packed(
        MNIST,
        "t10k-labels-idx1-ubyte.gz",
        4542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
];

static MNIST_BINARIZED_FILES: [RemoteFile; 3] = [
    text(
        MNIST_BINARIZED,
        "binarized_mnist_train.amat",
        78400000,
        "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d",
    ),
    text(
        MNIST_BINARIZED,
        "binarized_mnist_valid.amat",
        15680000,
        "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2",
    ),
    text(
        MNIST_BINARIZED,
        "binarized_mnist_test.amat",
        15680000,
        "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c",
    ),
];

static FREY_FILES: [RemoteFile; 1] = [file(
    FREY,
    "frey_rawface.mat",
    1100584,
    "265a83a23adb081755cd3de375509828e690324d1d60f076b8ecebc840d59c64",
)];
